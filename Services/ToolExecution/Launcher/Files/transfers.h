// Files that are read or written piece by piece, as fast as the other side asks or sends.
#ifndef LAUNCHER_TRANSFERS_H
#define LAUNCHER_TRANSFERS_H

#include <stdbool.h>
#include <stdint.h>

#include "Protocol/protocol.h"

enum { MAX_TRANSFERS = 32 };

// Each answers on `socket`. False: the peer is gone.
bool transfer_open(int socket, uint32_t request, struct reader *reader);
// Sends up to so many bytes more of a file that is read, and the end after its last.
bool transfer_more(int socket, uint32_t request, uint32_t bytes);
bool transfer_write(int socket, uint32_t request, struct reader *reader);
// What was written is whole; or no more is wanted. When there is no such transfer `*known` is false, and nothing is answered.
bool transfer_close(int socket, uint32_t request, bool *known);

#endif
