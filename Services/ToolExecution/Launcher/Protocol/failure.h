// The first thing that went wrong while a sandbox was made, as one line for the supervisor.
#ifndef LAUNCHER_FAILURE_H
#define LAUNCHER_FAILURE_H

#include <stdbool.h>

// Both return false, so that a step can `return fail(…)`. `fail_errno` adds what errno says.
bool fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
bool fail_errno(const char *format, ...) __attribute__((format(printf, 1, 2)));

const char *failure_reason(void);

#endif
