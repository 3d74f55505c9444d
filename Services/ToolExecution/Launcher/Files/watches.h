// Folders whose changes are told.
#ifndef LAUNCHER_WATCHES_H
#define LAUNCHER_WATCHES_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "Protocol/protocol.h"

enum { MAX_WATCHES = 8, MAX_WATCHED_FOLDERS = 256 };

// Answers on `socket`. False: the peer is gone.
bool watch_open(int socket, uint32_t request, struct reader *reader);
bool watch_close(int socket, uint32_t request, bool *known);

size_t watches_poll(struct pollfd *polled, int64_t now);
bool watches_serve(int socket, const struct pollfd *polled, size_t count, int64_t now);
// Milliseconds until one may be looked at again; -1 for no matter.
int64_t watches_wait(int64_t now);

#endif
