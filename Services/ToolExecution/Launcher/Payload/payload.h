// A process of the payload: what every one of them is given, and what it must give up before it runs a program.
#ifndef LAUNCHER_PAYLOAD_H
#define LAUNCHER_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "Protocol/configuration.h"

enum { MAX_OWN_VARIABLES = 64 };

struct payload {
    const char *const *arguments; // the program first, which is looked for in PATH when it has no slash; ends with NULL
    const char *folder;
    const char *const *variables; // NAME=VALUE, in place of the sandbox's own of that name
    size_t variable_count;        // at most MAX_OWN_VARIABLES
    int terminal;                 // becomes the controlling terminal; -1 for none
    bool is_warm;                 // the interpreter that is in memory already, in place of the program
};

// What kept a payload from running.
struct payload_fault {
    bool is_folder; // the folder, otherwise the program
    int error;
};

// The control group that every process of the payload is to be in; -1 for none.
void payload_use_group(int entry);

// Forks a process of the payload; one that is to be warm has the interpreter ready.
pid_t payload_fork(bool is_warm);

// In a new process whose descriptors have been placed: becomes the program, or writes a fault to `report`, a pipe that closes on exec.
void payload_become(const struct payload *payload, const struct configuration *configuration, int report) __attribute__((noreturn));

// Waits for the exec, five seconds at most. False: there was none, the process is gone, and `fault` says why.
bool payload_await(int report, pid_t process, struct payload_fault *fault);

#endif
