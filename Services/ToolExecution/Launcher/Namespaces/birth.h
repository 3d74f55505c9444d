// How the first process of a sandbox comes to be: a new process, in new namespaces where there are any, cloned here or by a zygote.
// It waits to be given its identity, and then closes everything behind itself.
#ifndef LAUNCHER_BIRTH_H
#define LAUNCHER_BIRTH_H

#include <stdbool.h>
#include <sys/types.h>

#include "ControlGroups/cgroup.h"
#include "Landlock/ground.h"
#include "Namespaces/identity.h"
#include "Protocol/configuration.h"

// The places of what the first process is given open: its end of the socket, on which the configuration comes in and then requests;
// the handles of its control groups; the interpreters' drivers. -1 where there is none.
enum {
    BIRTH_SOCKET,
    BIRTH_HANDLES,
    BIRTH_DRIVERS = BIRTH_HANDLES + GROUP_HANDLES,
    BIRTH_DESCRIPTORS = BIRTH_DRIVERS + MAX_INTERPRETERS,
};

// What the first process is told and given at its birth.
struct birth {
    enum tier tier;
    char ground[GROUND_LENGTH]; // "" in namespaces
    struct identity identity;
    bool cpu_limited;
    enum cgroup_kind cgroup;
    int descriptors[BIRTH_DESCRIPTORS];
};

struct newborn {
    pid_t process; // seen from outside
    int handle;    // a pidfd
    bool is_child; // of the caller, which then has to reap it
};

// Clones the caller, which must be single-threaded.
bool birth_here(const struct birth *birth, struct newborn *newborn);

// Asks the zygote at the other end of `requests`; `ours` is the other end of the birth's socket.
bool birth_by_zygote(int requests, int ours, const struct birth *birth, struct newborn *newborn);

// In the zygote: takes one request and clones. False: nobody can ask any more.
bool birth_serve(int requests);

#endif
