#include "Init/control.h"

#include <errno.h>

#include "Init/pause.h"
#include "Limits/measurement.h"
#include "Protocol/fault.h"
#include "Protocol/protocol.h"

static bool tell_measurement(int socket, uint32_t request) {
    static struct message message;
    struct measurement now = measurement_now();
    message_begin(&message, FRAME_MEASURED);
    put_u32(&message, request);
    put_u64(&message, now.cpu_ns);
    put_u64(&message, now.memory);
    put_u64(&message, now.memory_peak);
    put_u64(&message, now.processes);
    put_u64(&message, now.disk_used);
    put_u64(&message, now.disk_size);
    return message_send(&message, socket);
}

bool control_handle(int socket, uint8_t type, uint32_t request) {
    switch (type) {
    case FRAME_PAUSE: return pause_payload() ? end_tell(socket, request) : fault_tell(socket, request, EBUSY, "the sandbox");
    case FRAME_RESUME: pause_end(); return end_tell(socket, request);
    case FRAME_MEASURE: return tell_measurement(socket, request);
    default: return false;
    }
}
