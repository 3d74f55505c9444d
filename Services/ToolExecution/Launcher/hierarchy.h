// Where this process's control groups lie in the file tree.
#ifndef LAUNCHER_HIERARCHY_H
#define LAUNCHER_HIERARCHY_H

#include <stdbool.h>
#include <stddef.h>

// The folder of our own group in the hierarchy that has `controller` ("" is v2's). False when there is none, or it is not mounted.
bool hierarchy_folder(const char *controller, char *folder, size_t capacity);

#endif
