// A persistent interpreter in the sandbox: a process that takes code and runs it in one lasting state.
#ifndef LAUNCHER_INTERPRETER_H
#define LAUNCHER_INTERPRETER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "Protocol/configuration.h"

// The driver's descriptors: code comes in on one, each block ended by a zero byte; an empty line when it begins and one with its exit status
// when it has ended go out on the next; what a block gives besides text, one JSON object a line, on the third.
enum { DISPLAY_DESCRIPTOR = 97, CODE_DESCRIPTOR = 98, RESULT_DESCRIPTOR = 99 };

struct interpreter {
    const struct interpreter_entry *entry;
    pid_t process; // 0 when there is none
    int code;      // a socket: code out, results in
    int output;    // pipes, -1 once their writers are gone
    int errors;
    int display;
};

// Starts it. False with a reason, for example when its program is not installed; errno is EAGAIN when there were too many processes, and
// ETIMEDOUT when something stopped it.
bool interpreter_start(struct interpreter *interpreter, const struct configuration *configuration);
void interpreter_close(struct interpreter *interpreter);

// Hands over as much of the code as fits; returns how much, or -1.
ssize_t interpreter_feed(const struct interpreter *interpreter, const void *bytes, size_t length);

// What the driver tells: whether the block has begun, and whether it has ended with which exit status. What is not a number reads as 1.
bool interpreter_result(const struct interpreter *interpreter, bool *began, int *status);

// Forgets results that were told before anyone asked.
void interpreter_forget_results(const struct interpreter *interpreter);

#endif
