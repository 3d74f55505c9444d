// The sandbox's first process: it starts interpreters, carries code in and output out, keeps the time, reaps, reads files.
#ifndef LAUNCHER_INIT_H
#define LAUNCHER_INIT_H

#include <stdbool.h>

#include "Namespaces/birth.h"
#include "Protocol/configuration.h"
#include "Protocol/protocol.h"

// Serves the monitor's requests on the channel and ends when the monitor is gone. Never returns.
void init_run(const struct channel *channel, const struct configuration *configuration, const struct birth *birth)
    __attribute__((noreturn));

#endif
