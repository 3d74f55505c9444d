// Keeping a process to some files, without namespaces: the weaker tier.
#ifndef LAUNCHER_LANDLOCK_H
#define LAUNCHER_LANDLOCK_H

#include <stdbool.h>

// Whether this kernel's Landlock can hold a sandbox; one that is no user of its own needs more of it. False with a reason.
bool landlock_suffices(bool own_user);

// The first process keeps itself, and all that come from it, to the system's programs, `base`, and /proc.
bool landlock_restrict_first(const char *base);

// A process of the payload gives up the rest of /proc, writing to the drivers, and signals to the first process.
bool landlock_restrict_payload(void);

#endif
