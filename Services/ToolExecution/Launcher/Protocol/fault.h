// The answer to a request that cannot be done for a reason of its own.
#ifndef LAUNCHER_FAULT_H
#define LAUNCHER_FAULT_H

#include <stdbool.h>
#include <stdint.h>

// `error` is an errno, `about` a path or a program. False: the peer is gone.
bool fault_tell(int socket, uint32_t request, int error, const char *about);

// The plain end of a request.
bool end_tell(int socket, uint32_t request);

#endif
