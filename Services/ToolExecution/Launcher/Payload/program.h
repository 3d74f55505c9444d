// A program as a request describes it, and its start with pipes or a terminal.
#ifndef LAUNCHER_PROGRAM_H
#define LAUNCHER_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "Payload/payload.h"
#include "Protocol/configuration.h"
#include "Protocol/protocol.h"

enum program_flag { WITH_INPUT = 1, WITH_TERMINAL = 2, ON_DEMAND = 4 };

enum { MAX_PROGRAM_ARGUMENTS = 256 };

struct program {
    const char *arguments[MAX_PROGRAM_ARGUMENTS + 1];
    const char *variables[MAX_OWN_VARIABLES];
    size_t variable_count;
    const char *folder;
    size_t used;
    char text[MAX_REQUEST]; // where all of the above lie
};

// Our ends, non-blocking; -1 for what there is not. Of a terminal, input and output are two descriptors of the same.
struct program_ends {
    int input, output, errors;
};

// Folder, arguments, variables. False: malformed.
bool program_read(struct program *program, struct reader *reader);

// The running process, or 0 with the fault and no ends.
pid_t program_start(const struct program *program, const struct configuration *configuration, uint32_t flags, struct program_ends *ends,
                    struct payload_fault *fault);

void terminal_resize(int terminal, uint32_t rows, uint32_t columns);
void descriptor_close(int *descriptor);

#endif
