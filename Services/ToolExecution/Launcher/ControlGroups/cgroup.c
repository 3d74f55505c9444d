#include "ControlGroups/cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "ControlGroups/hierarchy.h"
#include "Protocol/failure.h"

#define PREFIX "sandbox-"

enum { CPU_PERIOD_US = 100000, FOLDER_LENGTH = 512 };

static int open_file(const char *folder, const char *name, int flags) {
    char path[2 * FOLDER_LENGTH];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return open(path, flags | O_CLOEXEC);
}

static bool write_value(const char *folder, const char *name, const char *value) {
    int file = open_file(folder, name, O_WRONLY);
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

// A launcher that was killed may have left a group under the number that is ours now. One that still holds processes stays.
static bool make_folder(const char *folder) {
    static const char *const parts[] = {"/payload", "/first", ""};
    if (mkdir(folder, 0755) == 0) return true;
    if (errno != EEXIST) return false;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        char path[FOLDER_LENGTH + 16];
        snprintf(path, sizeof path, "%s%s", folder, parts[i]);
        if (rmdir(path) != 0 && errno != ENOENT) return false;
    }
    return mkdir(folder, 0755) == 0;
}

static const char *add_path(struct cgroup *cgroup, const char *parent, const char *name) {
    char *folder = cgroup->folders[cgroup->folder_count];
    snprintf(folder, sizeof cgroup->folders[0], "%s/%s", parent, name);
    for (int i = 0; i < cgroup->folder_count; i++) {
        if (strcmp(cgroup->folders[i], folder) == 0) return cgroup->folders[i]; // two controllers in one hierarchy
    }
    if (!make_folder(folder)) return NULL;
    cgroup->folder_count += 1;
    return folder;
}

// Where groups are made; "" is version 2.
static bool groups_folder(const char *controller, char *folder, size_t capacity) {
    return controller[0] == 0 ? hierarchy_delegated(folder, capacity) : hierarchy_folder(controller, folder, capacity);
}

static const char *add_folder(struct cgroup *cgroup, const char *controller) {
    char own[FOLDER_LENGTH - 32], name[32];
    if (!groups_folder(controller, own, sizeof own)) return NULL;
    snprintf(name, sizeof name, PREFIX "%d", getpid());
    return add_path(cgroup, own, name);
}

// A thread that writes itself into `tasks` waits for nobody. To move another process, the kernel first waits for every processor,
// which takes milliseconds.
static bool add_entry(struct cgroup *cgroup, const char *folder) {
    for (int i = GROUP_ENTRIES; i < GROUP_HANDLES; i++) {
        if (cgroup->handles[i] >= 0) continue;
        cgroup->handles[i] = open_file(folder, "tasks", O_WRONLY);
        return cgroup->handles[i] >= 0;
    }
    return false;
}

static bool open_handle(struct cgroup *cgroup, enum cgroup_handle handle, const char *folder, const char *name, int flags) {
    cgroup->handles[handle] = open_file(folder, name, flags);
    return cgroup->handles[handle] >= 0;
}

static void close_handle(struct cgroup *cgroup, enum cgroup_handle handle) {
    if (cgroup->handles[handle] >= 0) close(cgroup->handles[handle]);
    cgroup->handles[handle] = -1;
}

// The two files that tell of what was refused or killed.
static bool open_events(struct cgroup *cgroup, const char *memory, const char *memory_name, const char *processes) {
    cgroup->memory_events = open_file(memory, memory_name, O_RDONLY);
    cgroup->process_events = open_file(processes, "pids.events", O_RDONLY);
    return cgroup->memory_events >= 0 && cgroup->process_events >= 0;
}

// Stopping and entering belong together: a payload outside of the group would go on.
static void add_freezer(struct cgroup *cgroup, const char *folder, const char *state, const char *entry) {
    bool complete = open_handle(cgroup, GROUP_FREEZER, folder, state, O_RDWR)
                    && open_handle(cgroup, GROUP_PAYLOAD_ENTRY, folder, entry, O_WRONLY);
    if (!complete) close_handle(cgroup, GROUP_FREEZER);
}

// What shares the processors out and counts their use, where it is to be had. The two may lie in one group.
static bool add_processors_v1(struct cgroup *cgroup, const struct configuration *configuration) {
    const char *share = configuration->cpu_percent > 0 ? add_folder(cgroup, "cpu") : NULL;
    bool limited = share != NULL && write_number(share, "cpu.cfs_period_us", CPU_PERIOD_US)
                   && write_number(share, "cpu.cfs_quota_us", configuration->cpu_percent * CPU_PERIOD_US / 100);
    const char *account = add_folder(cgroup, "cpuacct");
    bool counted = account != NULL && open_handle(cgroup, GROUP_CPU, account, "cpuacct.usage", O_RDONLY);
    if (limited && !add_entry(cgroup, share)) return false;
    cgroup->cpu_limited = limited;
    return !counted || (limited && account == share) || add_entry(cgroup, account);
}

static bool make_v1(struct cgroup *cgroup, const struct configuration *configuration) {
    const char *memory = add_folder(cgroup, "memory");
    if (memory == NULL || !write_number(memory, "memory.limit_in_bytes", configuration->memory_bytes)) return false;
    write_number(memory, "memory.memsw.limit_in_bytes", configuration->memory_bytes); // absent where swap is not accounted
    const char *processes = add_folder(cgroup, "pids");
    if (processes == NULL || !write_number(processes, "pids.max", configuration->processes)) return false;
    bool complete = open_events(cgroup, memory, "memory.oom_control", processes)
                    && open_handle(cgroup, GROUP_MEMORY, memory, "memory.usage_in_bytes", O_RDONLY)
                    && open_handle(cgroup, GROUP_MEMORY_PEAK, memory, "memory.max_usage_in_bytes", O_RDONLY)
                    && open_handle(cgroup, GROUP_PROCESSES, processes, "pids.current", O_RDONLY) && add_entry(cgroup, memory)
                    && (memory == processes || add_entry(cgroup, processes)) && add_processors_v1(cgroup, configuration);
    if (!complete) return false;
    const char *freezer = add_folder(cgroup, "freezer");
    if (freezer != NULL) add_freezer(cgroup, freezer, "freezer.state", "tasks");
    cgroup->kind = CGROUP_V1;
    return true;
}

// Two groups within the sandbox's own: the payload's can be stopped while the first process goes on.
static bool make_v2(struct cgroup *cgroup, const struct configuration *configuration) {
    const char *folder = add_folder(cgroup, "");
    if (folder == NULL) return false;
    // These files are there only when the controllers were delegated to us.
    if (!write_number(folder, "memory.max", configuration->memory_bytes)) return false;
    write_value(folder, "memory.swap.max", "0");
    if (!write_number(folder, "pids.max", configuration->processes)) return false;
    if (configuration->cpu_percent > 0) {
        char value[64];
        snprintf(value, sizeof value, "%llu %d", (unsigned long long)configuration->cpu_percent * CPU_PERIOD_US / 100, CPU_PERIOD_US);
        cgroup->cpu_limited = write_value(folder, "cpu.max", value);
    }
    const char *first = add_path(cgroup, folder, "first"), *payload = add_path(cgroup, folder, "payload");
    if (first == NULL || payload == NULL) return false;
    bool complete = open_events(cgroup, folder, "memory.events", folder)
                    && open_handle(cgroup, GROUP_MEMORY, folder, "memory.current", O_RDONLY)
                    && open_handle(cgroup, GROUP_PROCESSES, folder, "pids.current", O_RDONLY)
                    && open_handle(cgroup, GROUP_CPU, folder, "cpu.stat", O_RDONLY);
    if (!complete) return false;
    open_handle(cgroup, GROUP_MEMORY_PEAK, folder, "memory.peak", O_RDONLY); // newer than the rest
    add_freezer(cgroup, payload, "cgroup.freeze", "cgroup.procs");
    cgroup->kind = CGROUP_V2;
    return true;
}

static void reset(struct cgroup *cgroup) {
    *cgroup = (struct cgroup){.kind = CGROUP_NONE, .memory_events = -1, .process_events = -1};
    for (int i = 0; i < GROUP_HANDLES; i++) cgroup->handles[i] = -1;
}

void cgroup_make(struct cgroup *cgroup, const struct configuration *configuration) {
    reset(cgroup);
    if (make_v2(cgroup, configuration)) return;
    cgroup_remove(cgroup);
    if (make_v1(cgroup, configuration)) return;
    cgroup_remove(cgroup);
}

bool cgroup_enter(const struct cgroup *cgroup, pid_t process) {
    if (cgroup->kind != CGROUP_V2) return true;
    const char *first = cgroup->folders[1];
    return write_number(first, "cgroup.procs", (unsigned long long)process) || fail_errno("cgroup: entering %s", first);
}

bool cgroup_enter_self(int entry) { return entry < 0 || write(entry, "0", 1) == 1 || fail_errno("cgroup: entering"); }

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

void cgroup_thaw(const struct cgroup *cgroup) {
    int freezer = cgroup->handles[GROUP_FREEZER];
    if (freezer >= 0 && pwrite(freezer, cgroup->kind == CGROUP_V1 ? "THAWED" : "0", cgroup->kind == CGROUP_V1 ? 6 : 1, 0) < 0) errno = 0;
}

static void pause_briefly(void) { nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL); }

void cgroup_remove(struct cgroup *cgroup) {
    if (cgroup->memory_events >= 0) close(cgroup->memory_events);
    if (cgroup->process_events >= 0) close(cgroup->process_events);
    for (int i = 0; i < GROUP_HANDLES; i++) {
        if (cgroup->handles[i] >= 0) close(cgroup->handles[i]);
    }
    for (int i = cgroup->folder_count - 1; i >= 0; i--) {
        // The last process may still be on its way out.
        for (int attempt = 0; attempt < 200 && rmdir(cgroup->folders[i]) != 0 && errno == EBUSY; attempt++) pause_briefly();
    }
    reset(cgroup);
}

// Kills what a group holds: its launcher, which would have, is gone. A frozen process dies when it is thawed.
static void end_group(const char *folder) {
    static const char *const parts[] = {"payload", "first", "."};
    write_value(folder, "freezer.state", "THAWED");
    write_value(folder, "cgroup.kill", "1");
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        char path[FOLDER_LENGTH + 64];
        snprintf(path, sizeof path, "%s/%s", folder, parts[i]);
        int file = open_file(path, "cgroup.procs", O_RDONLY);
        FILE *processes = file < 0 ? NULL : fdopen(file, "r");
        int process;
        while (processes != NULL && fscanf(processes, "%d", &process) == 1) {
            if (process > 0) kill(process, SIGKILL); // 0 stands for one of another namespace, but to kill for whoever asks
        }
        if (processes != NULL) fclose(processes);
        if (i == 2) path[strlen(path) - 2] = 0;
        for (int attempt = 0; attempt < 200 && rmdir(path) != 0 && errno == EBUSY; attempt++) pause_briefly();
    }
}

void cgroup_sweep(void) {
    // The freezer first: what it holds cannot die before.
    static const char *const controllers[] = {"", "freezer", "memory", "pids", "cpu", "cpuacct"};
    for (size_t i = 0; i < sizeof controllers / sizeof controllers[0]; i++) {
        char own[256], path[FOLDER_LENGTH];
        if (!groups_folder(controllers[i], own, sizeof own)) continue;
        DIR *directory = opendir(own);
        if (directory == NULL) continue;
        struct dirent *entry;
        while ((entry = readdir(directory)) != NULL) {
            if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) != 0) continue;
            if (kill(atoi(entry->d_name + strlen(PREFIX)), 0) == 0 || errno != ESRCH) continue; // its launcher lives
            snprintf(path, sizeof path, "%s/%s", own, entry->d_name);
            end_group(path);
        }
        closedir(directory);
    }
}

const char *cgroup_name(enum cgroup_kind kind) { return kind == CGROUP_V2 ? "v2" : kind == CGROUP_V1 ? "v1" : "none"; }
