// Steps for building a file tree in the current folder; paths are relative to it.
#ifndef LAUNCHER_TREE_H
#define LAUNCHER_TREE_H

#include <stdbool.h>
#include <stddef.h>

// Makes the folder and those above it.
bool tree_folder(const char *path);

// Writes a new file, with the folders above it.
bool tree_write(const char *path, const char *text, size_t length);

// The same from an open file, from its start.
bool tree_copy(const char *path, int source);

// Binds `source`, with what is mounted below it, over what is at `path`; `attributes` are added all the way down.
bool tree_cover(const char *source, const char *path, unsigned attributes);

// The same at a path that is made when it is missing.
bool tree_bind(const char *source, const char *path, unsigned attributes);

#endif
