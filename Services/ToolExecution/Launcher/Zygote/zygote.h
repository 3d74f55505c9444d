// A warm interpreter that new sandboxes are forked from: their first process has it in memory, and every payload that it forks starts
// with everything imported. It runs as a user of its own, single-threaded, with an empty environment, and never holds anything of a
// sandbox: each request's descriptors are closed in it before the next.
#ifndef LAUNCHER_ZYGOTE_H
#define LAUNCHER_ZYGOTE_H

#include "Protocol/configuration.h"

// Becomes the interpreter, which loads this code again as a library and calls zygote_serve. Returns when that failed, with the reason.
void zygote_become(const struct configuration *configuration);

#endif
