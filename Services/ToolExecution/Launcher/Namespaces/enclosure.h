// The sandbox's first process, from its birth to its work: it waits for its identity, then closes everything behind itself.
#ifndef LAUNCHER_ENCLOSURE_H
#define LAUNCHER_ENCLOSURE_H

#include "Namespaces/birth.h"

// `parent_holds`: the parent is the launcher, and its death is this process's.
void enclosure_run(const struct birth *birth, bool parent_holds) __attribute__((noreturn));

#endif
