// Giving up, for good, everything that the making of the sandbox needed.
#ifndef LAUNCHER_PRIVILEGES_H
#define LAUNCHER_PRIVILEGES_H

#include <stdbool.h>

#include "configuration.h"

// Limits of each process, inherited by all; `counted` says that a control group counts processes as well.
bool limits_apply(const struct configuration *configuration, bool counted);

// All capabilities and the bounding set; nothing that is executed later can gain any.
bool privileges_drop(void);

#endif
