// Installs policy.def in the calling process and all that come from it.
#ifndef LAUNCHER_SECCOMP_H
#define LAUNCHER_SECCOMP_H

#include <stdbool.h>

// Builds the program once: whether a control group counts the sandbox's memory, whether it has namespaces, and is a user of its own.
bool seccomp_compile(bool memory_limited, bool has_namespaces, bool has_user);
bool seccomp_install(void);

#endif
