// Making a sandbox: namespaces around a new process, which then closes everything behind itself, in a fixed order.
#ifndef LAUNCHER_SANDBOX_H
#define LAUNCHER_SANDBOX_H

#include <stdbool.h>
#include <sys/types.h>

#include "cgroup.h"
#include "configuration.h"
#include "identity.h"

struct sandbox {
    pid_t process;      // the sandbox's first process, seen from outside
    int process_handle; // a pidfd
    int socket;         // frames to and from it
    struct identity identity;
    struct cgroup cgroup;
};

// Returns once the new process is on its way; whether it succeeds, its first frame says: ready or failed.
bool sandbox_create(struct sandbox *sandbox, const struct configuration *configuration);

// Kills whatever is left and waits until the last process is gone.
void sandbox_destroy(struct sandbox *sandbox);

#endif
