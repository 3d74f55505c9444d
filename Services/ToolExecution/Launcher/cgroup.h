// The control groups that hold a sandbox: memory and process counts for the whole of it, not for each process.
#ifndef LAUNCHER_CGROUP_H
#define LAUNCHER_CGROUP_H

#include <stdbool.h>
#include <sys/types.h>

#include "configuration.h"

enum cgroup_kind { CGROUP_NONE, CGROUP_V1, CGROUP_V2 };

struct cgroup {
    enum cgroup_kind kind;
    int folder_count;
    char folders[2][512]; // v1: memory and pids; v2: the one
    int memory_events;    // read for the count of processes killed for memory, -1 when there is none
    int process_events;   // read for the count of forks refused
};

// Makes the groups where this process may; otherwise the kind is CGROUP_NONE and nothing is left behind.
void cgroup_make(struct cgroup *cgroup, const struct configuration *configuration);
bool cgroup_enter(const struct cgroup *cgroup, pid_t process);

struct cgroup_counts {
    unsigned long long memory_kills;
    unsigned long long refused_forks;
};

struct cgroup_counts cgroup_read(const struct cgroup *cgroup);
void cgroup_remove(struct cgroup *cgroup);

// Removes empty groups that a killed launcher left beside our own.
void cgroup_sweep(void);

const char *cgroup_name(const struct cgroup *cgroup);

#endif
