#include "Limits/measurement.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "Init/processes.h"
#include "Limits/watchdog.h"

enum { MAX_COUNTED = 65536 };

static enum cgroup_kind kind;
static int handles[GROUP_HANDLES];
static uint64_t counted_peak;

void measurement_begin(enum cgroup_kind used, const int *given) {
    kind = used;
    memcpy(handles, given, sizeof handles);
}

// The first number after `key` in a group's file; the file's first when there is no key.
static bool read_number(enum cgroup_handle handle, const char *key, uint64_t *number) {
    char text[1024];
    if (kind == CGROUP_NONE || handles[handle] < 0) return false;
    ssize_t length = pread(handles[handle], text, sizeof text - 1, 0);
    if (length <= 0) return false;
    text[length] = 0;
    const char *start = strstr(text, key);
    if (start == NULL || !isdigit((unsigned char)start[strlen(key)])) return false;
    *number = strtoull(start + strlen(key), NULL, 10);
    return true;
}

static uint64_t of(struct timeval time) { return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_usec * 1000; }

// Those that have ended were waited for by their parents or by this process; one whose parent ignored its end is missed.
uint64_t measurement_counted_cpu_ns(void) {
    static uint64_t most;
    struct rusage ended;
    uint64_t total = getrusage(RUSAGE_CHILDREN, &ended) == 0 ? of(ended.ru_utime) + of(ended.ru_stime) : 0;
    static int processes[MAX_COUNTED];
    struct process_state state;
    size_t count = processes_list(processes, MAX_COUNTED);
    for (size_t i = 0; i < count; i++) total += process_state(processes[i], &state) ? state.cpu_ns : 0;
    // Time never goes back, even when a process ends between the two looks.
    most = total > most ? total : most;
    return most;
}

uint64_t measurement_cpu_ns(void) {
    uint64_t number;
    if (kind == CGROUP_V1 && read_number(GROUP_CPU, "", &number)) return number;
    if (kind == CGROUP_V2 && read_number(GROUP_CPU, "usage_usec ", &number)) return number * 1000;
    return measurement_counted_cpu_ns();
}

struct measurement measurement_now(void) {
    struct measurement now = {.cpu_ns = measurement_cpu_ns()};
    bool counted = !read_number(GROUP_MEMORY, "", &now.memory) || !read_number(GROUP_PROCESSES, "", &now.processes);
    if (counted) {
        struct usage usage = usage_now();
        now.memory = usage.memory;
        now.processes = usage.processes;
    }
    if (!read_number(GROUP_MEMORY_PEAK, "", &now.memory_peak)) {
        counted_peak = now.memory > counted_peak ? now.memory : counted_peak;
        now.memory_peak = counted_peak;
    }
    // The first process is not the payload's.
    if (now.processes > 0) now.processes -= 1;
    struct disk_usage disk = disk_usage_now();
    now.disk_used = disk.used;
    now.disk_size = disk.size;
    return now;
}
