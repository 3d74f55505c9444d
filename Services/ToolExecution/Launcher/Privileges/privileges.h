// Giving up, for good, everything that the making of the sandbox needed.
#ifndef LAUNCHER_PRIVILEGES_H
#define LAUNCHER_PRIVILEGES_H

#include <stdbool.h>

// All capabilities and the bounding set; nothing that is executed later can gain any.
bool privileges_drop(void);

// The bounding set alone, as far as the caller may.
void privileges_narrow(void);

// So that the payload cannot be made to look worth sparing when memory is short: the caller, when it is root, gives up to lower what
// comes from it below what it has itself, or zero.
void privileges_fix_memory_score(void);

// What the process outside may keep: reaching control groups in a folder that not even root may write, and killing a process of
// another user whose user namespace is not its own.
enum { KEEP_FILES = 1, KEEP_KILL = 2 };

// The part of it that the process outside does as well, once the sandbox is made: no capabilities but these, none to be gained, and
// nobody can trace it or read its memory.
bool privileges_renounce(unsigned kept);

#endif
