// The sandbox's first process: it starts interpreters, carries code in and output out, keeps the time, reaps, reads files.
#ifndef LAUNCHER_INIT_H
#define LAUNCHER_INIT_H

#include <stdbool.h>

#include "configuration.h"

// Serves the monitor's requests on `socket` and ends when the monitor is gone. Never returns.
void init_run(int socket, const struct configuration *configuration, bool memory_limited) __attribute__((noreturn));

#endif
