// Giving up, for good, everything that the making of the sandbox needed.
#ifndef LAUNCHER_PRIVILEGES_H
#define LAUNCHER_PRIVILEGES_H

#include <stdbool.h>

#include "configuration.h"

// Limits of each process, inherited by all; `counted` says that a control group counts processes as well.
bool limits_apply(const struct configuration *configuration, bool counted);

// All capabilities and the bounding set; nothing that is executed later can gain any.
bool privileges_drop(void);

// What the process outside may keep: reaching control groups in a folder that not even root may write, and killing a process of
// another user whose user namespace is not its own.
enum { KEEP_FILES = 1, KEEP_KILL = 2 };

// The part of it that the process outside does as well, once the sandbox is made: no capabilities but these, none to be gained, and
// nobody can trace it or read its memory.
bool privileges_renounce(unsigned kept);

#endif
