// Requests about the sandbox as a whole: pausing, resuming, measuring.
#ifndef LAUNCHER_CONTROL_H
#define LAUNCHER_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

// Answers on `socket`. False: the peer is gone, or broke the protocol.
bool control_handle(int socket, uint8_t type, uint32_t request);

#endif
