#include "cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "failure.h"

#define PREFIX "sandbox-"

// The folder of our own group in the hierarchy that has `controller` ("" is v2's), or false.
static bool own_path(const char *controller, char *path, size_t capacity) {
    FILE *file = fopen("/proc/self/cgroup", "re");
    if (file == NULL) return false;
    char line[512];
    bool found = false;
    while (!found && fgets(line, sizeof line, file) != NULL) {
        char *rest = line;
        strsep(&rest, ":");
        char *controllers = strsep(&rest, ":");
        if (controllers == NULL || rest == NULL) continue;
        rest[strcspn(rest, "\n")] = 0;
        if (controller[0] == 0) {
            found = controllers[0] == 0;
        } else {
            char *item;
            while (!found && (item = strsep(&controllers, ",")) != NULL) found = strcmp(item, controller) == 0;
        }
        if (found && strlen(rest) >= capacity) found = false;
        if (found) strcpy(path, rest);
    }
    fclose(file);
    return found;
}

static bool has_option(char *options, const char *wanted) {
    char *item;
    while ((item = strsep(&options, ",")) != NULL) {
        if (strcmp(item, wanted) == 0) return true;
    }
    return false;
}

// Where that hierarchy is mounted, and which of its folders the mount shows as its root.
static bool mount_place(const char *controller, char *root, char *place, size_t capacity) {
    FILE *file = fopen("/proc/self/mountinfo", "re");
    if (file == NULL) return false;
    char line[1024], type[32], options[256];
    bool found = false;
    while (!found && fgets(line, sizeof line, file) != NULL) {
        char *tail = strstr(line, " - ");
        if (tail == NULL) continue;
        if (sscanf(tail, " - %31s %*s %255s", type, options) != 2) continue;
        if (sscanf(line, "%*s %*s %*s %255s %255s", root, place) != 2) continue;
        found = controller[0] == 0 ? strcmp(type, "cgroup2") == 0 : strcmp(type, "cgroup") == 0 && has_option(options, controller);
    }
    fclose(file);
    return found && strlen(place) < capacity;
}

static bool own_folder(const char *controller, char *folder, size_t capacity) {
    char path[256], root[256], place[256];
    if (!own_path(controller, path, sizeof path) || !mount_place(controller, root, place, sizeof place)) return false;
    const char *below = path;
    size_t length = strlen(root);
    if (strcmp(root, "/") != 0) {
        if (strncmp(path, root, length) != 0) return false;
        below = path + length;
    }
    int written = snprintf(folder, capacity, "%s%s", place, strcmp(below, "/") == 0 ? "" : below);
    return written > 0 && (size_t)written < capacity;
}

static bool write_value(const char *folder, const char *name, const char *value) {
    char path[640];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0) return false;
    bool written = write(file, value, strlen(value)) == (ssize_t)strlen(value);
    close(file);
    return written;
}

static bool write_number(const char *folder, const char *name, unsigned long long number) {
    char value[32];
    snprintf(value, sizeof value, "%llu", number);
    return write_value(folder, name, value);
}

static int open_events(const char *folder, const char *name) {
    char path[640];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return open(path, O_RDONLY | O_CLOEXEC);
}

static bool add_folder(struct cgroup *cgroup, const char *controller) {
    char own[256];
    if (!own_folder(controller, own, sizeof own)) return false;
    char *folder = cgroup->folders[cgroup->folder_count];
    snprintf(folder, sizeof cgroup->folders[0], "%s/" PREFIX "%d", own, getpid());
    if (mkdir(folder, 0755) != 0) return false;
    cgroup->folder_count += 1;
    return true;
}

static bool make_v1(struct cgroup *cgroup, const struct configuration *configuration) {
    if (!add_folder(cgroup, "memory") || !add_folder(cgroup, "pids")) return false;
    const char *memory = cgroup->folders[0], *pids = cgroup->folders[1];
    if (!write_number(memory, "memory.limit_in_bytes", configuration->memory_bytes)) return false;
    write_number(memory, "memory.memsw.limit_in_bytes", configuration->memory_bytes); // absent where swap is not accounted
    if (!write_number(pids, "pids.max", configuration->processes)) return false;
    cgroup->memory_events = open_events(memory, "memory.oom_control");
    cgroup->process_events = open_events(pids, "pids.events");
    cgroup->kind = CGROUP_V1;
    return true;
}

static bool make_v2(struct cgroup *cgroup, const struct configuration *configuration) {
    if (!add_folder(cgroup, "")) return false;
    const char *folder = cgroup->folders[0];
    // These files are there only when the controllers were delegated to us.
    if (!write_number(folder, "memory.max", configuration->memory_bytes)) return false;
    write_value(folder, "memory.swap.max", "0");
    if (!write_number(folder, "pids.max", configuration->processes)) return false;
    cgroup->memory_events = open_events(folder, "memory.events");
    cgroup->process_events = open_events(folder, "pids.events");
    cgroup->kind = CGROUP_V2;
    return true;
}

void cgroup_make(struct cgroup *cgroup, const struct configuration *configuration) {
    *cgroup = (struct cgroup){.kind = CGROUP_NONE, .memory_events = -1, .process_events = -1};
    if (make_v2(cgroup, configuration)) return;
    cgroup_remove(cgroup);
    if (make_v1(cgroup, configuration)) return;
    cgroup_remove(cgroup);
}

bool cgroup_enter(const struct cgroup *cgroup, pid_t process) {
    for (int i = 0; i < cgroup->folder_count; i++) {
        if (!write_number(cgroup->folders[i], "cgroup.procs", (unsigned long long)process))
            return fail_errno("cgroup: entering %s", cgroup->folders[i]);
    }
    return true;
}

// The number after `key` in a file of "key number" lines.
static unsigned long long count_of(int file, const char *key) {
    char text[512];
    ssize_t length = file < 0 ? -1 : pread(file, text, sizeof text - 1, 0);
    if (length <= 0) return 0;
    text[length] = 0;
    char *rest = text, *line;
    size_t size = strlen(key);
    while ((line = strsep(&rest, "\n")) != NULL) {
        if (strncmp(line, key, size) == 0 && line[size] == ' ') return strtoull(line + size + 1, NULL, 10);
    }
    return 0;
}

struct cgroup_counts cgroup_read(const struct cgroup *cgroup) {
    return (struct cgroup_counts){
        .memory_kills = count_of(cgroup->memory_events, "oom_kill"),
        .refused_forks = count_of(cgroup->process_events, "max"),
    };
}

void cgroup_remove(struct cgroup *cgroup) {
    if (cgroup->memory_events >= 0) close(cgroup->memory_events);
    if (cgroup->process_events >= 0) close(cgroup->process_events);
    for (int i = 0; i < cgroup->folder_count; i++) {
        // The last process may still be on its way out.
        for (int attempt = 0; attempt < 100 && rmdir(cgroup->folders[i]) != 0 && errno == EBUSY; attempt++) {
            nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
        }
    }
    *cgroup = (struct cgroup){.kind = CGROUP_NONE, .memory_events = -1, .process_events = -1};
}

void cgroup_sweep(void) {
    static const char *const controllers[] = {"", "memory", "pids"};
    for (size_t i = 0; i < sizeof controllers / sizeof controllers[0]; i++) {
        char own[256], path[640];
        if (!own_folder(controllers[i], own, sizeof own)) continue;
        DIR *directory = opendir(own);
        if (directory == NULL) continue;
        struct dirent *entry;
        while ((entry = readdir(directory)) != NULL) {
            if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) != 0) continue;
            if (kill(atoi(entry->d_name + strlen(PREFIX)), 0) == 0) continue; // its launcher lives
            snprintf(path, sizeof path, "%s/%s", own, entry->d_name);
            rmdir(path);
        }
        closedir(directory);
    }
}

const char *cgroup_name(const struct cgroup *cgroup) {
    return cgroup->kind == CGROUP_V2 ? "v2" : cgroup->kind == CGROUP_V1 ? "v1" : "none";
}
