// Frames: how the supervisor, the monitor and the sandbox's first process talk. PROTOCOL.md describes every one.
#ifndef LAUNCHER_PROTOCOL_H
#define LAUNCHER_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum frame_type {
    FRAME_CONFIGURE = 1,
    FRAME_START = 2,
    FRAME_EVALUATE = 3,
    FRAME_CANCEL = 4,
    FRAME_LIST = 5,
    FRAME_COMMAND = 8,
    FRAME_INPUT = 9,
    FRAME_CLOSE_INPUT = 10,
    FRAME_SIGNAL = 11,
    FRAME_RESIZE = 12,
    FRAME_MORE = 13,
    FRAME_FILE = 14,
    FRAME_OPEN = 15,
    FRAME_WRITE = 16,
    FRAME_CLOSE = 17,
    FRAME_WATCH = 18,
    FRAME_STOP = 19,
    FRAME_ZYGOTE = 20,
    FRAME_PAUSE = 21,
    FRAME_RESUME = 22,
    FRAME_MEASURE = 23,

    FRAME_READY = 65,
    FRAME_FAILED = 66,
    FRAME_STARTED = 67,
    FRAME_OUTPUT = 68,
    FRAME_DONE = 69,
    FRAME_LOST = 70,
    FRAME_ENTRY = 71,
    FRAME_END = 73,
    FRAME_REFUSED = 74,
    FRAME_EXITED = 75,
    FRAME_BEGUN = 76,
    FRAME_TAKEN = 77,
    FRAME_FAULT = 78,
    FRAME_ATTRIBUTES = 79,
    FRAME_CHANGE = 80,
    FRAME_MEASURED = 90,
};

// Where the supervisor's socket lies, and the packet socket on which a zygote is asked for sandboxes.
enum { SUPERVISOR_DESCRIPTOR = 3, ZYGOTE_DESCRIPTOR = 4 };

// Which frames a supervisor's are passed on to the sandbox, and which of the sandbox's to the supervisor.
static inline bool is_for_sandbox(uint8_t type) {
    return (type >= FRAME_START && type <= FRAME_LIST) || (type >= FRAME_COMMAND && type <= FRAME_STOP)
           || (type >= FRAME_PAUSE && type <= FRAME_MEASURE);
}
static inline bool is_from_sandbox(uint8_t type) {
    return (type >= FRAME_READY && type <= FRAME_REFUSED) || (type >= FRAME_BEGUN && type <= FRAME_CHANGE)
           || type == FRAME_MEASURED;
}

// How an evaluation ended.
enum outcome { OUTCOME_FINISHED = 0, OUTCOME_STOPPED = 1, OUTCOME_ENDED = 2 };

// Which limits were met; several may be.
enum limit {
    LIMIT_TIME = 1,
    LIMIT_OUTPUT = 2,
    LIMIT_MEMORY = 4,
    LIMIT_PROCESSES = 8,
    LIMIT_DISK = 16,
    LIMIT_CPU = 32,
};

enum {
    MAX_CODE = 1 << 20,
    MAX_REQUEST = MAX_CODE + 4096,
    MAX_CHUNK = 32768,
    MAX_REPLY = MAX_CHUNK + 4096,
    MAX_PATH_LENGTH = 1024,
    MAX_NAME_LENGTH = 64,
    FRAME_HEADER = 4,
};

struct frame {
    uint8_t type;
    const uint8_t *body;
    size_t length;
};

// The receiving side of a socket: it gathers bytes until a frame is whole.
struct channel {
    int descriptor;
    uint8_t *buffer;
    size_t limit; // the longest frame that is taken, type byte and body
    size_t filled;
};

void channel_open(struct channel *channel, int descriptor, size_t limit);

// Reads what is there. False: the peer is gone.
bool channel_fill(struct channel *channel);

// 1: a whole frame stands at the front, valid until channel_drop; 0: not yet; -1: the peer broke the framing.
int channel_peek(const struct channel *channel, struct frame *frame);

// The front frame's size with its header, and its removal.
size_t channel_front_size(const struct channel *channel);
void channel_drop(struct channel *channel);

// A frame being written. What would not fit sets `overflow`, and sending it then fails.
struct message {
    size_t length;
    bool overflow;
    uint8_t bytes[FRAME_HEADER + MAX_REPLY];
};

void message_begin(struct message *message, enum frame_type type);
void put_u8(struct message *message, uint8_t value);
void put_u32(struct message *message, uint32_t value);
void put_u64(struct message *message, uint64_t value);
void put_bytes(struct message *message, const void *bytes, size_t length);
void put_text(struct message *message, const char *text); // the rest of a frame: no length
void put_name(struct message *message, const char *text); // a length and the bytes

// Puts the length in; message_send does so too.
void message_close(struct message *message);

// Blocks until all is written. False: the peer is gone.
bool message_send(struct message *message, int descriptor);
bool write_all(int descriptor, const void *bytes, size_t length);

// Reads fields off a body. A field that is not there sets `broken` and reads as zero.
struct reader {
    const uint8_t *next;
    size_t left;
    bool broken;
};

struct reader reader_of(struct frame frame);
uint32_t get_u32(struct reader *reader);
uint64_t get_u64(struct reader *reader);
// Copies a length and its bytes as a C string; broken when too long or with a zero byte inside.
void get_name(struct reader *reader, char *into, size_t capacity);

#endif
