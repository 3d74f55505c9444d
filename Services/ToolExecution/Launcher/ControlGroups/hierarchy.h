// Where this process's control groups lie in the file tree.
#ifndef LAUNCHER_HIERARCHY_H
#define LAUNCHER_HIERARCHY_H

#include <stdbool.h>
#include <stddef.h>

// The folder of our own group in the hierarchy that has `controller` ("" is v2's). False when there is none, or it is not mounted.
bool hierarchy_folder(const char *controller, char *folder, size_t capacity);

// The folder, in version 2, in which groups with limits can be made: our own where it holds no processes, or the one above it when that was
// given to us.
bool hierarchy_delegated(char *folder, size_t capacity);

#endif
