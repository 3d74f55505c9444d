#include "Protocol/protocol.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static uint32_t load_u32(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void store_u32(uint8_t *bytes, uint32_t value) {
    for (int i = 0; i < 4; i++) bytes[i] = (uint8_t)(value >> (24 - 8 * i));
}

void channel_open(struct channel *channel, int descriptor, size_t limit) {
    channel->descriptor = descriptor;
    channel->limit = limit;
    channel->filled = 0;
    channel->buffer = malloc(FRAME_HEADER + limit); // untouched pages cost nothing
    if (channel->buffer == NULL) _exit(70);
}

bool channel_fill(struct channel *channel) {
    size_t room = FRAME_HEADER + channel->limit - channel->filled;
    if (room == 0) return true;
    ssize_t count = recv(channel->descriptor, channel->buffer + channel->filled, room, MSG_DONTWAIT);
    if (count < 0) return errno == EAGAIN || errno == EINTR;
    channel->filled += (size_t)count;
    return count > 0;
}

int channel_peek(const struct channel *channel, struct frame *frame) {
    if (channel->filled < FRAME_HEADER) return 0;
    uint32_t length = load_u32(channel->buffer);
    if (length < 1 || length > channel->limit) return -1;
    if (channel->filled - FRAME_HEADER < length) return 0;
    frame->type = channel->buffer[FRAME_HEADER];
    frame->body = channel->buffer + FRAME_HEADER + 1;
    frame->length = length - 1;
    return 1;
}

size_t channel_front_size(const struct channel *channel) { return FRAME_HEADER + load_u32(channel->buffer); }

void channel_drop(struct channel *channel) {
    size_t size = channel_front_size(channel);
    memmove(channel->buffer, channel->buffer + size, channel->filled - size);
    channel->filled -= size;
}

void message_begin(struct message *message, enum frame_type type) {
    message->length = FRAME_HEADER;
    message->overflow = false;
    put_u8(message, (uint8_t)type);
}

void put_bytes(struct message *message, const void *bytes, size_t length) {
    if (length > sizeof message->bytes - message->length) {
        message->overflow = true;
        return;
    }
    if (length > 0) memcpy(message->bytes + message->length, bytes, length);
    message->length += length;
}

void put_u8(struct message *message, uint8_t value) { put_bytes(message, &value, 1); }

void put_u32(struct message *message, uint32_t value) {
    uint8_t bytes[4];
    store_u32(bytes, value);
    put_bytes(message, bytes, sizeof bytes);
}

void put_u64(struct message *message, uint64_t value) {
    put_u32(message, (uint32_t)(value >> 32));
    put_u32(message, (uint32_t)value);
}

void put_text(struct message *message, const char *text) { put_bytes(message, text, strlen(text)); }

void put_name(struct message *message, const char *text) {
    put_u32(message, (uint32_t)strlen(text));
    put_text(message, text);
}

bool write_all(int descriptor, const void *bytes, size_t length) {
    const uint8_t *next = bytes;
    while (length > 0) {
        ssize_t count = send(descriptor, next, length, MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        next += count;
        length -= (size_t)count;
    }
    return true;
}

void message_close(struct message *message) { store_u32(message->bytes, (uint32_t)(message->length - FRAME_HEADER)); }

bool message_send(struct message *message, int descriptor) {
    if (message->overflow) return false;
    message_close(message);
    return write_all(descriptor, message->bytes, message->length);
}

struct reader reader_of(struct frame frame) { return (struct reader){.next = frame.body, .left = frame.length, .broken = false}; }

static const uint8_t *take(struct reader *reader, size_t length) {
    if (length > reader->left) {
        reader->broken = true;
        return NULL;
    }
    const uint8_t *bytes = reader->next;
    reader->next += length;
    reader->left -= length;
    return bytes;
}

uint32_t get_u32(struct reader *reader) {
    const uint8_t *bytes = take(reader, 4);
    return bytes ? load_u32(bytes) : 0;
}

uint64_t get_u64(struct reader *reader) {
    uint64_t high = get_u32(reader);
    return high << 32 | get_u32(reader);
}

void get_name(struct reader *reader, char *into, size_t capacity) {
    into[0] = 0;
    uint32_t length = get_u32(reader);
    const uint8_t *bytes = take(reader, length);
    if (bytes == NULL) return;
    if (length >= capacity || memchr(bytes, 0, length) != NULL) {
        reader->broken = true;
        return;
    }
    memcpy(into, bytes, length);
    into[length] = 0;
}
