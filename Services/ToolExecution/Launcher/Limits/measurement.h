// What the sandbox uses: told by its control groups, otherwise counted by its first process.
#ifndef LAUNCHER_MEASUREMENT_H
#define LAUNCHER_MEASUREMENT_H

#include <stdint.h>

#include "ControlGroups/cgroup.h"

struct measurement {
    uint64_t cpu_ns; // of all processes so far
    uint64_t memory, memory_peak;
    uint64_t processes;
    uint64_t disk_used, disk_size;
};

// Which groups to read, `handles` at their places in enum cgroup_handle.
void measurement_begin(enum cgroup_kind kind, const int *handles);

uint64_t measurement_cpu_ns(void);
// The same of the payload alone, counted process by process: to some milliseconds.
uint64_t measurement_counted_cpu_ns(void);
struct measurement measurement_now(void);

#endif
