// The control groups that hold a sandbox: limits and counts for the whole of it, not for each process.
#ifndef LAUNCHER_CGROUP_H
#define LAUNCHER_CGROUP_H

#include <stdbool.h>
#include <sys/types.h>

#include "Protocol/configuration.h"

enum cgroup_kind { CGROUP_NONE, CGROUP_V1, CGROUP_V2 };

// Files of the groups that the sandbox's first process uses: opened by the monitor, which may, and handed over.
enum cgroup_handle {
    GROUP_MEMORY,        // bytes in use now
    GROUP_MEMORY_PEAK,   // the most so far
    GROUP_PROCESSES,     // how many there are now
    GROUP_CPU,           // time used so far
    GROUP_FREEZER,       // stops and resumes the payload
    GROUP_PAYLOAD_ENTRY, // every process of the payload enters here, the first process does not
    GROUP_ENTRIES,       // here the first process enters, and so all that come from it
    GROUP_HANDLES = GROUP_ENTRIES + 4,
};

enum { MAX_GROUP_FOLDERS = 5 };

struct cgroup {
    enum cgroup_kind kind;
    int folder_count;
    char folders[MAX_GROUP_FOLDERS][512]; // in the order of their making
    int handles[GROUP_HANDLES];           // -1 where there is none
    bool cpu_limited;
    int memory_events;                    // read for the count of processes killed for memory, -1 when there is none
    int process_events;                   // read for the count of forks refused
};

// Makes the groups where this process may; otherwise the kind is CGROUP_NONE and nothing is left behind.
void cgroup_make(struct cgroup *cgroup, const struct configuration *configuration);

// Puts a process in from outside, where it cannot enter by itself.
bool cgroup_enter(const struct cgroup *cgroup, pid_t process);

// The calling process, which must be single-threaded, enters where the handle leads; true when there is nothing to enter.
bool cgroup_enter_self(int entry);

struct cgroup_counts {
    unsigned long long memory_kills;
    unsigned long long refused_forks;
};

struct cgroup_counts cgroup_read(const struct cgroup *cgroup);

// What is left of a paused sandbox can be killed only when it runs again.
void cgroup_thaw(const struct cgroup *cgroup);
void cgroup_remove(struct cgroup *cgroup);

// Ends and removes what launchers that were killed have left beside our own group.
void cgroup_sweep(void);

const char *cgroup_name(enum cgroup_kind kind);

#endif
