// Where no control group counts the sandbox's memory and processes, its first process does.
#ifndef LAUNCHER_WATCHDOG_H
#define LAUNCHER_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

enum { WATCHDOG_INTERVAL_MS = 50 };

struct usage {
    uint64_t memory; // bytes that all processes hold for themselves, plus what lies in the sandbox's files
    uint64_t processes;
};

struct usage usage_now(void);

// Whether the sandbox's files have used up their room or their number.
bool disk_is_full(void);

#endif
