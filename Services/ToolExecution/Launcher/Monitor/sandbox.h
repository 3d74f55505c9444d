// A sandbox seen from outside: the making of its identity, its control groups and its first process, and its end.
#ifndef LAUNCHER_SANDBOX_H
#define LAUNCHER_SANDBOX_H

#include <stdbool.h>
#include <sys/types.h>

#include "ControlGroups/cgroup.h"
#include "Namespaces/birth.h"
#include "Namespaces/identity.h"
#include "Protocol/configuration.h"

struct sandbox {
    struct newborn first; // the sandbox's first process
    int socket;           // frames to and from it
    enum tier tier;
    char ground[GROUND_LENGTH]; // of the weaker tier
    struct identity identity;
    struct cgroup cgroup;
};

// Returns once the first process is on its way; whether it succeeds, its first frame says: ready or failed. `zygote` is where to ask
// for it, -1 to make it here. `frame` is the whole configure frame, of `length` bytes, that `configuration` was read from.
bool sandbox_create(struct sandbox *sandbox, const struct configuration *configuration, const void *frame, size_t length, int zygote);

// Kills whatever is left and waits until the last process is gone.
void sandbox_destroy(struct sandbox *sandbox);

#endif
