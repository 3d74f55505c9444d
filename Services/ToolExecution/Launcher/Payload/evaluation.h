// One block of code being run by an interpreter, and what stops it: its time, its output, a cancellation.
#ifndef LAUNCHER_EVALUATION_H
#define LAUNCHER_EVALUATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "Payload/interpreter.h"
#include "Protocol/protocol.h"

enum { MAX_DISPLAYED = 16 << 20 };

// Interrupted: it is to stop, and is sent SIGINT as soon as it has begun.
enum evaluation_stage { EVALUATION_NONE, EVALUATION_RUNNING, EVALUATION_INTERRUPTED, EVALUATION_KILLED };

struct evaluation {
    enum evaluation_stage stage;
    uint32_t request;
    struct interpreter *interpreter;
    size_t code_length, code_fed;
    bool begun;       // so the driver said: from now on SIGINT stops the block and nothing else
    int64_t deadline; // milliseconds of the monotonic clock; of one that is interrupted, the next look
    int looks;        // at one that is interrupted, so far
    uint64_t idle_ns; // how long it slept in their time
    uint64_t used_ns; // how much processor time its interpreter had used when it was interrupted
    uint64_t forwarded, dropped, most_output;
    uint64_t displayed; // has a limit of its own: pictures are no text
    uint8_t limits;
    uint8_t code[MAX_CODE + 1];
};

void evaluation_begin(struct evaluation *evaluation, struct interpreter *interpreter, uint32_t request, const uint8_t *code, size_t length,
                      uint32_t timeout_ms, uint64_t most_output);

// What the driver told, if anything. True: that the block has ended, with that status.
bool evaluation_result(struct evaluation *evaluation, int *status);

// Asks the interpreter to stop, once; `limit` says why, 0 for a cancellation.
void evaluation_interrupt(struct evaluation *evaluation, uint8_t limit);

// Kills every process of the sandbox but the caller.
void evaluation_kill(struct evaluation *evaluation, uint8_t limit);

// Acts on a deadline that has passed.
void evaluation_tick(struct evaluation *evaluation, int64_t now);

void evaluation_feed(struct evaluation *evaluation);

// Passes on what one of the streams (1, 2, 3 for what is displayed) holds now, at most `rounds` chunks. False: the peer is gone.
bool evaluation_forward(struct evaluation *evaluation, int stream, int rounds, int socket);

// Tells how it ended. `ended` is the wait status when the interpreter itself ended, otherwise -1 and `status` is the driver's.
bool evaluation_finish(struct evaluation *evaluation, int status, int ended, int socket);

#endif
