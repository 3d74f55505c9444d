// Giving up, for good, everything that the making of the sandbox needed.
#ifndef LAUNCHER_PRIVILEGES_H
#define LAUNCHER_PRIVILEGES_H

#include <stdbool.h>

#include "configuration.h"

// Limits of each process, inherited by all; `counted` says that a control group counts processes as well.
bool limits_apply(const struct configuration *configuration, bool counted);

// All capabilities and the bounding set; nothing that is executed later can gain any.
bool privileges_drop(void);

// The part of it that the process outside does as well, once the sandbox is made: no capabilities, none to be gained, and nobody can
// trace it or read its memory. To kill the sandbox it needs none, for it owns the sandbox's user namespace; to remove control groups
// from a folder that not even root may write it keeps one.
bool privileges_renounce(bool except_files);

#endif
