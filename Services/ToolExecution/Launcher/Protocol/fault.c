#include "Protocol/fault.h"

#include <string.h>

#include "Protocol/protocol.h"

static struct message message;

bool fault_tell(int socket, uint32_t request, int error, const char *about) {
    message_begin(&message, FRAME_FAULT);
    put_u32(&message, request);
    put_u32(&message, (uint32_t)error);
    put_bytes(&message, about, strnlen(about, MAX_PATH_LENGTH)); // a program's name may be longer than a frame
    return message_send(&message, socket);
}

bool end_tell(int socket, uint32_t request) {
    message_begin(&message, FRAME_END);
    put_u32(&message, request);
    return message_send(&message, socket);
}
