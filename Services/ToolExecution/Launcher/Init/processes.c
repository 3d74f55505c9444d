#include "Init/processes.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_ENDED_AT_ONCE = 4096 };

static bool shared;

void processes_are_shared(void) { shared = true; }

static size_t list_all(int *processes, size_t capacity) {
    size_t count = 0;
    DIR *directory = opendir("/proc");
    struct dirent *entry;
    while (directory != NULL && count < capacity && (entry = readdir(directory)) != NULL) {
        int process = isdigit((unsigned char)entry->d_name[0]) ? atoi(entry->d_name) : 0;
        if (process > 0 && process != getpid()) processes[count++] = process;
    }
    if (directory != NULL) closedir(directory);
    return count;
}

static size_t add_children(int parent, int *processes, size_t count, size_t capacity) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", parent);
    DIR *threads = opendir(path);
    struct dirent *entry;
    while (threads != NULL && (entry = readdir(threads)) != NULL) {
        if (!isdigit((unsigned char)entry->d_name[0])) continue;
        char file[128];
        snprintf(file, sizeof file, "/proc/%d/task/%.20s/children", parent, entry->d_name);
        FILE *children = fopen(file, "re");
        while (children != NULL && count < capacity && fscanf(children, "%d", &processes[count]) == 1) count++;
        if (children != NULL) fclose(children);
    }
    if (threads != NULL) closedir(threads);
    return count;
}

static size_t list_descendants(int *processes, size_t capacity) {
    size_t count = add_children(getpid(), processes, 0, capacity);
    for (size_t i = 0; i < count; i++) count = add_children(processes[i], processes, count, capacity);
    return count;
}

size_t processes_list(int *processes, size_t capacity) {
    return shared ? list_descendants(processes, capacity) : list_all(processes, capacity);
}

int process_later_thread(int process) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", process);
    DIR *threads = opendir(path);
    struct dirent *entry;
    int found = 0;
    while (threads != NULL && found == 0 && (entry = readdir(threads)) != NULL) {
        int thread = isdigit((unsigned char)entry->d_name[0]) ? atoi(entry->d_name) : 0;
        if (thread != process) found = thread;
    }
    if (threads != NULL) closedir(threads);
    return found;
}

bool process_read(int process, const char *name, char *text, size_t size) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", process, name);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return false;
    ssize_t length = read(file, text, size - 1);
    close(file);
    if (length <= 0) return false;
    text[length] = 0;
    return true;
}

bool process_state(int process, struct process_state *state) {
    char text[512];
    // The name before the last parenthesis may hold anything, even what looks like fields.
    const char *fields = process_read(process, "stat", text, sizeof text) ? strrchr(text, ')') : NULL;
    unsigned long long faults, of_children, user, system;
    if (fields == NULL) return false;
    int found = sscanf(fields + 1, " %c %*d %*d %*d %*d %*d %*u %llu %llu %*u %*u %llu %llu", &state->letter, &faults, &of_children, &user,
                       &system);
    if (found != 5) return false;
    state->faults = faults + of_children;
    state->cpu_ns = (user + system) * (1000000000 / (uint64_t)sysconf(_SC_CLK_TCK));
    return true;
}

bool processes_can_be_followed(void) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/children", getpid());
    return access(path, R_OK) == 0;
}

// First all are stopped, until no new one is found: one that is stopped has no children.
void processes_end(void) {
    static int processes[MAX_ENDED_AT_ONCE];
    do {
        size_t count = 0, before;
        do {
            before = count;
            count = list_descendants(processes, MAX_ENDED_AT_ONCE);
            for (size_t i = 0; i < count; i++) kill(processes[i], SIGSTOP);
        } while (count > before);
        for (size_t i = 0; i < count; i++) kill(processes[i], SIGKILL);
        // At least one ends, and with it its parent's reason to have it.
    } while (waitpid(-1, NULL, 0) > 0 || errno == EINTR);
}
