// What the kernel allows each process of the sandbox, whoever counts them all together.
#ifndef LAUNCHER_RESOURCE_LIMITS_H
#define LAUNCHER_RESOURCE_LIMITS_H

#include <stdbool.h>

#include "Protocol/configuration.h"

// Inherited by all that come from the caller; of the user's processes so many more are allowed.
bool limits_apply(const struct configuration *configuration, unsigned long spare_processes);

#endif
