// Programs that run in the sandbox on request, beside its interpreters: input, output, signals, terminals, time.
#ifndef LAUNCHER_COMMANDS_H
#define LAUNCHER_COMMANDS_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "Protocol/configuration.h"
#include "Protocol/protocol.h"

enum { MAX_COMMANDS = 32, MAX_COMMAND_POLLS = 3 * MAX_COMMANDS };

// Each answers on `socket`. False: the peer is gone, or broke the protocol.
bool commands_start(int socket, const struct configuration *configuration, uint32_t request, struct reader *reader);
bool commands_input(int socket, uint32_t request, struct reader *reader);
void commands_close_input(uint32_t request);
void commands_signal(uint32_t request, uint32_t number);
void commands_resize(uint32_t request, uint32_t rows, uint32_t columns);

// More output of a command that sends only as much as was asked for.
void commands_more(uint32_t request, uint32_t bytes);

// What to wait for: returns how many places were filled.
size_t commands_poll(struct pollfd *polled);
// Carries input in and output out, and tells the ends of those that have exited. False: the peer is gone.
bool commands_serve(int socket, const struct pollfd *polled, size_t count);

// Notes that a process has ended; false when it is not one of them.
bool commands_take_exit(pid_t process, int status);

bool commands_running(void);
// That all are being killed for a limit.
void commands_note(uint8_t limit);
// The milliseconds of the monotonic clock at which the next one must be stopped; -1 for none.
int64_t commands_deadline(void);
void commands_tick(int64_t now);

#endif
