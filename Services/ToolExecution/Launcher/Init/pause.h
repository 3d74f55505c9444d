// Stopping the payload for a while, with its state, and letting it go on; its time stands still meanwhile.
#ifndef LAUNCHER_PAUSE_H
#define LAUNCHER_PAUSE_H

#include <stdbool.h>
#include <stdint.h>

#include "ControlGroups/cgroup.h"

// Which control group stops it; without one, signals do.
void pause_begin(enum cgroup_kind kind, int freezer);

// False: it could not be stopped within a second, and goes on.
bool pause_payload(void);
void pause_end(void);
bool is_paused(void);

// Looks whether a pause that is made by signals is kept: a program can have a timer wake it. True when there is nothing to look at.
bool pause_holds(void);
// Milliseconds until that is to be looked at; -1 for no matter.
int pause_wait(void);

// Milliseconds of the monotonic clock, without those that were spent paused.
int64_t monotonic_ms(void);

#endif
