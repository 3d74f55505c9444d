// What a sandbox may use and what is put into it, as the supervisor's configure frame says.
#ifndef LAUNCHER_CONFIGURATION_H
#define LAUNCHER_CONFIGURATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    MAX_CONFIGURATION = 65536,
    MAX_INTERPRETERS = 8,
    MAX_ARGUMENTS = 8,
    MAX_BINDS = 16,
    MAX_VARIABLES = 64,
    MAX_DRIVER = 65536,
    MAX_PRELOADS = 16,
};

struct interpreter_entry {
    const char *name;
    const char *arguments[MAX_ARGUMENTS + 2]; // ends with the driver's place in the sandbox and NULL
    char place[96];
    const char *path; // the driver's on the host
    int driver;       // the driver, opened before the host's files are out of sight
};

// What keeps the sandbox apart from the machine.
enum tier { TIER_NAMESPACES, TIER_LANDLOCK };

struct configuration {
    enum tier tier;
    uint64_t memory_bytes;
    uint64_t disk_bytes;
    uint64_t output_bytes;
    uint64_t disk_inodes;
    uint64_t processes;
    uint64_t open_files;
    uint64_t cpu_percent;
    uint64_t cpu_seconds;
    struct interpreter_entry interpreters[MAX_INTERPRETERS];
    size_t interpreter_count;
    const char *binds[MAX_BINDS];
    size_t bind_count;
    const char *variables[MAX_VARIABLES];
    size_t variable_count;
    const char *preloads[MAX_PRELOADS];
    size_t preload_count;
    char text[MAX_CONFIGURATION + 1];
};

// False, with a reason, when a line is not understood or a value is out of its range. `drivers` are those of the interpreters, in their
// order, when another process has opened them; otherwise they are opened here.
bool configuration_parse(struct configuration *configuration, const void *text, size_t length, const int *drivers);

#endif
