// Installs seccomp_policy.def in the calling process and all that come from it.
#ifndef LAUNCHER_SECCOMP_H
#define LAUNCHER_SECCOMP_H

#include <stdbool.h>

// Builds the program once; `memory_limited` says whether a control group counts the sandbox's memory.
bool seccomp_compile(bool memory_limited);
bool seccomp_install(void);

#endif
