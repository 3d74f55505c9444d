#include "Payload/commands.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "Init/pause.h"
#include "Limits/watchdog.h"
#include "Payload/program.h"
#include "Protocol/fault.h"

// GRACE_MS: from SIGTERM to SIGKILL.
enum { MAX_WAITING_INPUT = 1 << 16, MAX_AFTER_EXIT = 1 << 20, GRACE_MS = 3000 };

struct command {
    pid_t process; // 0: the place is free
    uint32_t request;
    uint32_t flags;
    int input, output, errors; // -1 when closed; a terminal is input and output
    uint8_t *waiting;          // input that the program has not taken yet
    size_t waiting_length;
    bool input_ends;
    uint64_t room; // how much output may still be sent
    uint64_t dropped;
    int64_t deadline; // -1 for none
    uint8_t limits;
    bool stopped;
    bool exited;
    int status;
    size_t after_exit; // how much more is read once it has exited: others may still write
};

static struct command commands[MAX_COMMANDS];
static struct message message;

static struct command *command_of(uint32_t request) {
    for (size_t i = 0; i < MAX_COMMANDS; i++) {
        if (commands[i].process != 0 && commands[i].request == request) return &commands[i];
    }
    return NULL;
}

static struct command *free_place(void) {
    for (size_t i = 0; i < MAX_COMMANDS; i++) {
        if (commands[i].process == 0) return &commands[i];
    }
    return NULL;
}

static bool tell_begun(int socket, const struct command *command) {
    message_begin(&message, FRAME_BEGUN);
    put_u32(&message, command->request);
    put_u32(&message, (uint32_t)command->process);
    return message_send(&message, socket);
}

bool commands_start(int socket, const struct configuration *configuration, uint32_t request, struct reader *reader) {
    static struct program program;
    uint32_t flags = get_u32(reader), rows = get_u32(reader), columns = get_u32(reader), timeout_ms = get_u32(reader);
    uint64_t room = get_u64(reader);
    if (!program_read(&program, reader)) return fault_tell(socket, request, EINVAL, "a malformed request");
    struct command *command = free_place();
    if (command == NULL) return fault_tell(socket, request, EAGAIN, "too many commands run at once");
    struct program_ends ends;
    struct payload_fault fault;
    pid_t process = program_start(&program, configuration, flags, &ends, &fault);
    if (process == 0) return fault_tell(socket, request, fault.error, fault.is_folder ? program.folder : program.arguments[0]);
    if ((flags & WITH_TERMINAL) != 0) terminal_resize(ends.output, rows, columns);
    *command = (struct command){
        .process = process,
        .request = request,
        .flags = flags,
        .input = ends.input,
        .output = ends.output,
        .errors = ends.errors,
        .room = room,
        .deadline = timeout_ms == 0 ? -1 : monotonic_ms() + timeout_ms,
        .after_exit = MAX_AFTER_EXIT,
    };
    return tell_begun(socket, command);
}

// MARK: Input

static bool tell_taken(int socket, uint32_t request, size_t count) {
    message_begin(&message, FRAME_TAKEN);
    put_u32(&message, request);
    put_u32(&message, (uint32_t)count);
    return message_send(&message, socket);
}

static void drop_input(struct command *command) {
    descriptor_close(&command->input);
    free(command->waiting);
    command->waiting = NULL;
    command->waiting_length = 0;
}

// Of a terminal only what is read now ends: there may be more for who reads next.
static void end_input(struct command *command) {
    static const char end_of_file = 4; // what a terminal takes for the end
    command->input_ends = false;
    if ((command->flags & WITH_TERMINAL) == 0) return drop_input(command);
    if (command->input >= 0 && write(command->input, &end_of_file, 1) < 0) errno = 0; // one that is full has not been read either
}

// What nobody will read counts as taken: the sender is not to wait for it.
static bool feed(int socket, struct command *command) {
    size_t taken = command->waiting_length;
    if (command->input >= 0 && taken > 0) {
        ssize_t count = write(command->input, command->waiting, command->waiting_length);
        if (count < 0 && (errno == EAGAIN || errno == EINTR)) return true;
        if (count < 0) {
            drop_input(command);
        } else {
            taken = (size_t)count;
            command->waiting_length -= taken;
            memmove(command->waiting, command->waiting + taken, command->waiting_length);
        }
    }
    if (command->input_ends && command->waiting_length == 0) end_input(command);
    return taken == 0 || tell_taken(socket, command->request, taken);
}

bool commands_input(int socket, uint32_t request, struct reader *reader) {
    struct command *command = command_of(request);
    if (command == NULL) return true;
    if (command->input < 0) return tell_taken(socket, request, reader->left);
    if (reader->left > MAX_WAITING_INPUT - command->waiting_length) return false;
    if (command->waiting == NULL) command->waiting = malloc(MAX_WAITING_INPUT);
    if (command->waiting == NULL) return false;
    memcpy(command->waiting + command->waiting_length, reader->next, reader->left);
    command->waiting_length += reader->left;
    return feed(socket, command);
}

void commands_close_input(uint32_t request) {
    struct command *command = command_of(request);
    if (command == NULL) return;
    command->input_ends = true;
    if (command->waiting_length == 0) end_input(command);
}

// MARK: Control

void commands_signal(uint32_t request, uint32_t number) {
    struct command *command = command_of(request);
    if (command == NULL || command->exited || number == 0 || number >= 32) return;
    kill(-command->process, (int)number);
}

void commands_resize(uint32_t request, uint32_t rows, uint32_t columns) {
    struct command *command = command_of(request);
    if (command != NULL && (command->flags & WITH_TERMINAL) != 0 && command->output >= 0) terminal_resize(command->output, rows, columns);
}

void commands_more(uint32_t request, uint32_t bytes) {
    struct command *command = command_of(request);
    if (command != NULL && (command->flags & ON_DEMAND) != 0) command->room += bytes;
}

static void stop(struct command *command, uint8_t limit, int number) {
    command->limits |= limit;
    command->stopped = true;
    if (!command->exited) kill(-command->process, number);
}

void commands_note(uint8_t limit) {
    for (size_t i = 0; i < MAX_COMMANDS; i++) {
        if (commands[i].process != 0 && !commands[i].exited) commands[i].limits |= limit;
    }
}

bool commands_running(void) {
    for (size_t i = 0; i < MAX_COMMANDS; i++) {
        if (commands[i].process != 0) return true;
    }
    return false;
}

int64_t commands_deadline(void) {
    int64_t first = -1;
    for (size_t i = 0; i < MAX_COMMANDS; i++) {
        const struct command *command = &commands[i];
        if (command->process == 0 || command->exited || command->deadline < 0) continue;
        if (first < 0 || command->deadline < first) first = command->deadline;
    }
    return first;
}

void commands_tick(int64_t now) {
    for (size_t i = 0; i < MAX_COMMANDS; i++) {
        struct command *command = &commands[i];
        if (command->process == 0 || command->exited || command->deadline < 0 || now < command->deadline) continue;
        bool asked = command->stopped;
        stop(command, LIMIT_TIME, asked ? SIGKILL : SIGTERM);
        command->deadline = asked ? -1 : now + GRACE_MS;
    }
}

// MARK: Output

// How much may be read now; nothing while a reader on demand has asked for no more.
static size_t readable(const struct command *command) {
    size_t most = MAX_CHUNK;
    if ((command->flags & ON_DEMAND) != 0 && command->room < most) most = (size_t)command->room;
    if (command->exited && command->after_exit < most) most = command->after_exit;
    return most;
}

static bool send_output(int socket, struct command *command, int stream, const uint8_t *bytes, size_t length) {
    size_t shown = length < command->room ? length : (size_t)command->room;
    command->room -= shown;
    command->dropped += length - shown;
    if (shown < length) stop(command, LIMIT_OUTPUT, SIGKILL);
    if (shown == 0) return true;
    message_begin(&message, FRAME_OUTPUT);
    put_u32(&message, command->request);
    put_u8(&message, (uint8_t)stream);
    put_bytes(&message, bytes, shown);
    return message_send(&message, socket);
}

// One chunk of a stream. False: the peer is gone. What is empty after the exit is closed.
static bool forward(int socket, struct command *command, int stream) {
    static uint8_t chunk[MAX_CHUNK];
    int *source = stream == 1 ? &command->output : &command->errors;
    size_t most = readable(command);
    if (*source < 0 || (most == 0 && !command->exited)) return true;
    if (command->exited && command->after_exit == 0) {
        descriptor_close(source);
        return true;
    }
    if (most == 0) return true;
    ssize_t count = read(*source, chunk, most);
    if (count < 0 && errno == EINTR) return true;
    if (count < 0 && errno == EAGAIN && !command->exited) return true;
    if (count <= 0) { // its writers are gone; a terminal says so with an error
        descriptor_close(source);
        return true;
    }
    if (command->exited) command->after_exit -= (size_t)count;
    return send_output(socket, command, stream, chunk, (size_t)count);
}

static bool finish(int socket, struct command *command) {
    bool was_killed = WIFSIGNALED(command->status);
    if (disk_is_full()) command->limits |= LIMIT_DISK;
    message_begin(&message, FRAME_DONE);
    put_u32(&message, command->request);
    put_u8(&message, command->stopped ? OUTCOME_STOPPED : OUTCOME_FINISHED);
    put_u8(&message, command->limits);
    put_u8(&message, 0);
    put_u32(&message, was_killed ? 128 + (uint32_t)WTERMSIG(command->status) : (uint32_t)WEXITSTATUS(command->status));
    put_u64(&message, command->dropped);
    drop_input(command);
    command->process = 0;
    return message_send(&message, socket);
}

static size_t poll_one(const struct command *command, struct pollfd *polled) {
    size_t count = 0;
    if (command->input >= 0 && command->waiting_length > 0) polled[count++] = (struct pollfd){.fd = command->input, .events = POLLOUT};
    if (command->exited || readable(command) == 0) return count;
    if (command->output >= 0) polled[count++] = (struct pollfd){.fd = command->output, .events = POLLIN};
    if (command->errors >= 0) polled[count++] = (struct pollfd){.fd = command->errors, .events = POLLIN};
    return count;
}

size_t commands_poll(struct pollfd *polled) {
    size_t count = 0;
    for (size_t i = 0; i < MAX_COMMANDS; i++) {
        if (commands[i].process != 0) count += poll_one(&commands[i], polled + count);
    }
    return count;
}

static bool is_ready(int descriptor, const struct pollfd *polled, size_t count) {
    for (size_t i = 0; descriptor >= 0 && i < count; i++) {
        if (polled[i].fd == descriptor && polled[i].revents != 0) return true;
    }
    return false;
}

// After the exit: all that the pipes hold, as far as it was asked for.
static bool drain(int socket, struct command *command) {
    bool connected = true;
    while (connected && command->output >= 0 && readable(command) > 0) connected = forward(socket, command, 1);
    while (connected && command->errors >= 0 && readable(command) > 0) connected = forward(socket, command, 2);
    if (command->after_exit == 0) {
        descriptor_close(&command->output);
        descriptor_close(&command->errors);
    }
    if (!connected || command->output >= 0 || command->errors >= 0) return connected;
    return finish(socket, command);
}

bool commands_serve(int socket, const struct pollfd *polled, size_t count) {
    for (size_t i = 0; i < MAX_COMMANDS; i++) {
        struct command *command = &commands[i];
        if (command->process == 0) continue;
        if (is_ready(command->input, polled, count) && !feed(socket, command)) return false;
        if (is_ready(command->output, polled, count) && !forward(socket, command, 1)) return false;
        if (is_ready(command->errors, polled, count) && !forward(socket, command, 2)) return false;
        if (command->exited && !drain(socket, command)) return false;
    }
    return true;
}

bool commands_take_exit(pid_t process, int status) {
    for (size_t i = 0; i < MAX_COMMANDS; i++) {
        struct command *command = &commands[i];
        if (command->process != process || command->exited) continue;
        command->exited = true;
        command->status = status;
        return true;
    }
    return false;
}
