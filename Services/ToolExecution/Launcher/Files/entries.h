// What lies in the payload's folders: looked at, listed, made, moved, removed.
#ifndef LAUNCHER_ENTRIES_H
#define LAUNCHER_ENTRIES_H

#include <stdbool.h>
#include <stdint.h>

#include "Protocol/protocol.h"

enum { MAX_ENTRIES = 10000, MAX_ENTRY_DEPTH = 64 };

// Carries out one request and answers on `socket`. False: the peer is gone.
bool entries_handle(int socket, uint32_t request, struct reader *reader);

// Tells what an open descriptor is, under this path.
bool entry_tell(int socket, uint32_t request, int descriptor, const char *path);

#endif
