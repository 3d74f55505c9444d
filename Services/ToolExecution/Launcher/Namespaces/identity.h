// Who the sandbox is on the host: a user of its own, never the one that runs the supervisor when that is root.
#ifndef LAUNCHER_IDENTITY_H
#define LAUNCHER_IDENTITY_H

#include <stdbool.h>
#include <sys/types.h>

enum { INSIDE_ID = 1000, FIRST_SLOT_ID = 200000, SLOT_COUNT = 65536 };

struct identity {
    bool own_user; // a slot of its own; otherwise the caller's user
    uid_t user;
    gid_t group;
    int holder; // what holds the slot, until every copy of it is closed
};

// As root takes a free slot, held by this process until it ends.
bool identity_choose(struct identity *identity);

// Writes the id maps of `process`, which waits in its new user namespace.
bool identity_map(const struct identity *identity, pid_t process);

// Becomes that user for good.
bool identity_become(const struct identity *identity);

// Goes on holding the slot in the program that is executed next.
bool identity_keep(const struct identity *identity);

// Whether the caller is root outside of its user namespace as well, with no other user to become.
bool identity_is_bare_root(const struct identity *identity);

// How many threads the caller's user has on this machine.
unsigned long identity_threads(void);

// In the sandbox, after the maps are written.
bool identity_assume(void);

#endif
