// Paths that others chose, opened so that they cannot lead out of the folders that belong to the payload.
#ifndef LAUNCHER_PATHS_H
#define LAUNCHER_PATHS_H

#include <stdint.h>
#include <sys/types.h>

// The last part of a path, and the folder that it is in.
struct place {
    int folder; // an O_PATH descriptor
    const char *name;
};

// All return a descriptor, or -1 with errno: EXDEV or ELOOP for a path that leads out. A path is relative to the home, or absolute below
// the home or /tmp. Links are followed as long as they stay there; nothing is waited for, whatever lies at the place.
int path_open_below(int folder, const char *path, uint64_t flags, mode_t mode);
int path_open(const char *path, uint64_t flags, mode_t mode);

// The place of what is or may be there; a path without a last part is EINVAL. The caller closes the folder. 0, or -1 with errno.
int path_place(const char *path, struct place *place);

// Makes the folders that are missing, the last one included; 1 when that was missing, 0 when it was there, -1 with errno.
int path_make_folders(const char *path);

#endif
