// A persistent interpreter in the sandbox: a process that takes code and runs it in one lasting state.
#ifndef LAUNCHER_INTERPRETER_H
#define LAUNCHER_INTERPRETER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "Protocol/configuration.h"

// The driver's descriptors: code comes in on one, each block ended by a zero byte; a line with its exit status goes out on the next;
// what a block gives besides text, one JSON object a line, on the third.
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

// The next exit status that the driver tells. 1: there is one; 0: not yet. What is not a number reads as 1.
int interpreter_result(const struct interpreter *interpreter, int *status);

// Forgets results that were told before anyone asked.
void interpreter_forget_results(const struct interpreter *interpreter);

#endif
