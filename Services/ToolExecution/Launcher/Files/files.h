// What may be taken out of the sandbox's home: regular files of one name, no link followed, nothing outside reached, all bounded.
#ifndef LAUNCHER_FILES_H
#define LAUNCHER_FILES_H

#include <stdbool.h>
#include <stdint.h>

enum { MAX_LISTED = 1000, MAX_LOOKED_AT = 10000, MAX_DEPTH = 8 };

// Answers with frames on `socket`: entries, then an end; or a refusal. False: the peer is gone.
bool files_list(int socket, uint32_t request, const char *path);

#endif
