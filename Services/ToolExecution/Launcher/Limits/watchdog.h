// Where no control group counts the sandbox's memory and processes, its first process does.
#ifndef LAUNCHER_WATCHDOG_H
#define LAUNCHER_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

#include "Protocol/configuration.h"

enum { WATCHDOG_INTERVAL_MS = 50 };

struct usage {
    uint64_t memory;    // bytes that the processes hold, what several share counted once, and what lies in the sandbox's files
    uint64_t processes; // each of their threads is one, as for the kernel
};

// Below the limit of memory, what several processes share may be counted for each of them.
struct usage usage_now(void);

struct disk_usage {
    uint64_t used, size; // in bytes
    bool is_full;        // its room or its number of files is used up
};

// How much there may be; the configuration has to last.
void watchdog_begin(const struct configuration *configuration);

// Of all the sandbox's files.
struct disk_usage disk_usage_now(void);
bool disk_is_full(void);

#endif
