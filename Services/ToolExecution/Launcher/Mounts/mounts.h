// The file tree that a sandbox sees: a tiny root of its own, the host's programs read-only, and room to write that is bounded.
#ifndef LAUNCHER_MOUNTS_H
#define LAUNCHER_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>

#include "Protocol/configuration.h"

// The few files of /etc without which the loader, the languages or TLS do not work.
const char *const *mounts_etc_files(size_t *count);

// In fresh mount, pid and user namespaces, as the sandbox's user, with capabilities. Afterwards the host's tree is gone.
bool mounts_build(const struct configuration *configuration);

#endif
