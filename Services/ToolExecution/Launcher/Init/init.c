#include "Init/init.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "Files/entries.h"
#include "Files/files.h"
#include "Files/transfers.h"
#include "Files/watches.h"
#include "Init/control.h"
#include "Init/pause.h"
#include "Init/processes.h"
#include "Landlock/ground.h"
#include "Limits/measurement.h"
#include "Limits/watchdog.h"
#include "Payload/commands.h"
#include "Payload/evaluation.h"
#include "Payload/interpreter.h"
#include "Payload/payload.h"
#include "Protocol/failure.h"
#include "Protocol/fault.h"
#include "Protocol/protocol.h"

// The places of what an evaluation waits for.
enum { INTERPRETER_POLLS = 6 };

static struct {
    const struct configuration *configuration;
    bool memory_limited, shares_user;
    struct channel channel;
    struct interpreter interpreters[MAX_INTERPRETERS];
    struct evaluation evaluation;
    struct message message;
    int64_t next_watch, next_cpu_watch;
    bool is_cpu_spent;
    uint8_t loss; // the limits that the kill of everything was for
} state;

// Ending pid 1 ends every process of the sandbox.
static void end(void) {
    pause_end(); // what is stopped could not be killed
    if (ground_is_shared()) processes_end();
    _exit(0);
}

static void send_or_end(void) {
    if (!message_send(&state.message, state.channel.descriptor)) end();
}

static void refuse(uint32_t request, const char *reason) {
    message_begin(&state.message, FRAME_REFUSED);
    put_u32(&state.message, request);
    put_text(&state.message, reason);
    send_or_end();
}

static struct interpreter *interpreter_named(const char *name) {
    for (size_t i = 0; i < state.configuration->interpreter_count; i++) {
        if (strcmp(state.configuration->interpreters[i].name, name) == 0) return &state.interpreters[i];
    }
    return NULL;
}

static void take_exit(pid_t process, int status);

// What was left behind by earlier code has used up the processes, or stops new ones: all of it goes, so that the sandbox stays usable.
static void clear_processes(void) {
    kill(-1, SIGKILL);
    pid_t process;
    int status;
    while ((process = waitpid(-1, &status, 0)) > 0) take_exit(process, status);
    state.loss = 0;
}

static bool start_interpreter(struct interpreter *interpreter) {
    if (interpreter_start(interpreter, state.configuration)) return true;
    bool crowded = errno == EAGAIN;
    if ((!crowded && errno != ETIMEDOUT) || state.evaluation.stage != EVALUATION_NONE) return false;
    state.loss = crowded ? LIMIT_PROCESSES : LIMIT_TIME;
    clear_processes();
    return interpreter_start(interpreter, state.configuration);
}

// The interpreter of that name, running; NULL when it is unknown or did not start, and the request has been refused.
static struct interpreter *running_interpreter(uint32_t request, const char *name) {
    struct interpreter *interpreter = interpreter_named(name);
    if (interpreter == NULL) {
        refuse(request, "an unknown interpreter");
    } else if (interpreter->process == 0 && !start_interpreter(interpreter)) {
        refuse(request, failure_reason());
        interpreter = NULL;
    }
    return interpreter;
}

static void start(uint32_t request, struct reader *reader) {
    char name[MAX_NAME_LENGTH];
    get_name(reader, name, sizeof name);
    if (reader->broken) return refuse(request, "a malformed request");
    if (running_interpreter(request, name) == NULL) return;
    message_begin(&state.message, FRAME_STARTED);
    put_u32(&state.message, request);
    send_or_end();
}

static void evaluate(uint32_t request, struct reader *reader) {
    char name[MAX_NAME_LENGTH];
    uint32_t timeout_ms = get_u32(reader);
    get_name(reader, name, sizeof name);
    if (reader->broken || timeout_ms == 0) return refuse(request, "a malformed request");
    if (state.evaluation.stage != EVALUATION_NONE) return refuse(request, "busy with another evaluation");
    if (reader->left > MAX_CODE) return refuse(request, "the code is too long");
    if (reader->left > 0 && memchr(reader->next, 0, reader->left) != NULL) return refuse(request, "the code has a zero byte");
    struct interpreter *interpreter = running_interpreter(request, name);
    if (interpreter == NULL) return;
    evaluation_begin(&state.evaluation, interpreter, request, reader->next, reader->left, timeout_ms, state.configuration->output_bytes);
}

static void cancel(uint32_t request) {
    if (state.evaluation.stage == EVALUATION_RUNNING && state.evaluation.request == request) evaluation_interrupt(&state.evaluation, 0);
}

static void resize(uint32_t request, struct reader *reader) {
    uint32_t rows = get_u32(reader);
    commands_resize(request, rows, get_u32(reader));
}

static bool more(uint32_t request, uint32_t bytes) {
    commands_more(request, bytes);
    return transfer_more(state.channel.descriptor, request, bytes);
}

static bool close_request(uint32_t request) {
    bool known;
    bool connected = transfer_close(state.channel.descriptor, request, &known);
    return known ? connected : watch_close(state.channel.descriptor, request, &known);
}

// Ends an interpreter, and with it its state. Its exit is not reported: it was asked for.
static bool stop_interpreter(uint32_t request, struct reader *reader) {
    char name[MAX_NAME_LENGTH];
    get_name(reader, name, sizeof name);
    struct interpreter *interpreter = interpreter_named(name);
    bool busy = state.evaluation.stage != EVALUATION_NONE && state.evaluation.interpreter == interpreter;
    if (interpreter == NULL || busy) return fault_tell(state.channel.descriptor, request, busy ? EBUSY : ENOENT, name);
    if (interpreter->process != 0) {
        kill(-interpreter->process, SIGKILL);
        interpreter_close(interpreter);
    }
    return end_tell(state.channel.descriptor, request);
}

// Requests about commands and files. False: the peer is gone, or broke the protocol.
static bool handle_beside(uint8_t type, uint32_t request, struct reader *reader) {
    int socket = state.channel.descriptor;
    switch (type) {
    case FRAME_COMMAND: return commands_start(socket, state.configuration, request, reader);
    case FRAME_INPUT: return commands_input(socket, request, reader);
    case FRAME_CLOSE_INPUT: commands_close_input(request); return true;
    case FRAME_SIGNAL: commands_signal(request, get_u32(reader)); return true;
    case FRAME_RESIZE: resize(request, reader); return true;
    case FRAME_MORE: return more(request, get_u32(reader));
    case FRAME_FILE: return entries_handle(socket, request, reader);
    case FRAME_OPEN: return transfer_open(socket, request, reader);
    case FRAME_WRITE: return transfer_write(socket, request, reader);
    case FRAME_CLOSE: return close_request(request);
    case FRAME_WATCH: return watch_open(socket, request, reader);
    case FRAME_STOP: return stop_interpreter(request, reader);
    case FRAME_PAUSE:
    case FRAME_RESUME:
    case FRAME_MEASURE: return control_handle(socket, type, request);
    default: return false;
    }
}

// Why nothing can be run now; NULL when it can.
static const char *hindrance(void) {
    if (is_paused()) return "the sandbox is paused";
    return state.is_cpu_spent ? "the processor time of the sandbox is used up" : NULL;
}

static void handle(struct frame frame) {
    struct reader reader = reader_of(frame);
    uint32_t request = get_u32(&reader);
    char path[MAX_PATH_LENGTH];
    bool runs = frame.type == FRAME_START || frame.type == FRAME_EVALUATE || frame.type == FRAME_COMMAND;
    if (runs && hindrance() != NULL) return refuse(request, hindrance());
    if (runs && state.loss != 0) clear_processes(); // what still dies of a limit takes no request
    switch (frame.type) {
    case FRAME_START: return start(request, &reader);
    case FRAME_EVALUATE: return evaluate(request, &reader);
    case FRAME_CANCEL: return cancel(request);
    case FRAME_LIST:
        get_name(&reader, path, sizeof path);
        if (reader.broken) return refuse(request, "a malformed request");
        if (!files_list(state.channel.descriptor, request, path)) end();
        return;
    default:
        if (!handle_beside(frame.type, request, &reader)) end();
    }
}

static void tell_loss(const struct interpreter *interpreter, int status) {
    message_begin(&state.message, FRAME_LOST);
    put_u8(&state.message, state.loss);
    put_u32(&state.message, WIFEXITED(status) ? (uint32_t)WEXITSTATUS(status) : 128 + (uint32_t)WTERMSIG(status));
    put_name(&state.message, interpreter->entry->name);
    send_or_end();
}

// What the control groups would have counted.
static void note_processes(struct usage usage) {
    if (usage.processes >= state.configuration->processes) state.evaluation.limits |= LIMIT_PROCESSES;
}

static void finish_evaluation(int status, int ended) {
    if (!state.memory_limited) note_processes(usage_now());
    if (!evaluation_finish(&state.evaluation, status, ended, state.channel.descriptor)) end();
}

// Most are orphans of nobody's concern.
static void take_exit(pid_t process, int status) {
    if (commands_take_exit(process, status)) return;
    for (size_t i = 0; i < state.configuration->interpreter_count; i++) {
        struct interpreter *interpreter = &state.interpreters[i];
        if (interpreter->process != process) continue;
        if (state.evaluation.stage != EVALUATION_NONE && state.evaluation.interpreter == interpreter) {
            // Whoever is told of the end may ask for what died with it: of that has been told before. What is frozen does not die.
            if (state.evaluation.stage == EVALUATION_KILLED && !is_paused()) clear_processes();
            finish_evaluation(0, status);
        } else {
            tell_loss(interpreter, status);
        }
        interpreter_close(interpreter);
    }
}

static void reap(void) {
    int status;
    pid_t process;
    while ((process = waitpid(-1, &status, WNOHANG)) > 0) take_exit(process, status);
    if (process < 0 && errno == ECHILD) state.loss = 0;
}

static void kill_for(uint8_t limit) {
    state.loss = limit;
    commands_note(limit);
    if (state.evaluation.stage != EVALUATION_NONE) {
        evaluation_kill(&state.evaluation, limit);
    } else {
        kill(-1, SIGKILL);
    }
}

// The next look is due when all processors together could have used up what is left.
static void watch_cpu(void) {
    int64_t now = monotonic_ms();
    uint64_t most_ns = state.configuration->cpu_seconds * 1000000000;
    if (most_ns == 0 || is_paused() || now < state.next_cpu_watch) return;
    uint64_t used_ns = measurement_cpu_ns();
    if (used_ns >= most_ns) {
        // Once more after a while, for what was born while everything was killed.
        state.is_cpu_spent = true;
        kill_for(LIMIT_CPU);
    }
    uint64_t left_ms = used_ns < most_ns ? (most_ns - used_ns) / 1000000 / (uint64_t)sysconf(_SC_NPROCESSORS_ONLN) : 0;
    state.next_cpu_watch = now + (left_ms > WATCHDOG_INTERVAL_MS ? (int64_t)left_ms : WATCHDOG_INTERVAL_MS);
}

// What neither a control group nor a file system of its own limits.
static bool needs_watch(void) { return !state.memory_limited || ground_is_shared(); }

static void watch_processes(void) {
    struct usage usage = usage_now();
    note_processes(usage);
    if (usage.memory > state.configuration->memory_bytes) kill_for(LIMIT_MEMORY);
    // Else the kernel refuses them: the limit of a user that the sandbox shares with others cannot be that low.
    if (state.shares_user && usage.processes > state.configuration->processes) kill_for(LIMIT_PROCESSES);
}

// At most half of the time goes into looking.
static void watch_usage(void) {
    int64_t now = monotonic_ms();
    if (!needs_watch() || now < state.next_watch) return;
    if (ground_is_shared() && disk_is_full()) kill_for(LIMIT_DISK);
    if (!state.memory_limited) watch_processes();
    int64_t then = monotonic_ms();
    state.next_watch = then + WATCHDOG_INTERVAL_MS + (then - now);
}

// What does not stay stopped would run without limits: it ends.
static void watch_pause(void) {
    if (!pause_holds()) kill_for(0);
}

static bool any_running(void) {
    for (size_t i = 0; i < state.configuration->interpreter_count; i++) {
        if (state.interpreters[i].process != 0) return true;
    }
    return commands_running();
}

static int wait_time(int64_t now) {
    if (is_paused()) return pause_wait();
    int64_t wait = watches_wait(now);
    if (state.evaluation.stage == EVALUATION_RUNNING || state.evaluation.stage == EVALUATION_INTERRUPTED) {
        int64_t left = state.evaluation.deadline > now ? state.evaluation.deadline - now : 0;
        if (wait < 0 || left < wait) wait = left;
    }
    int64_t deadline = commands_deadline();
    if (deadline >= 0 && (wait < 0 || deadline - now < wait)) wait = deadline > now ? deadline - now : 0;
    if (needs_watch() && any_running() && (wait < 0 || wait > WATCHDOG_INTERVAL_MS)) wait = WATCHDOG_INTERVAL_MS;
    if (state.configuration->cpu_seconds > 0) {
        int64_t next = state.next_cpu_watch > now ? state.next_cpu_watch - now : 0;
        if (wait < 0 || next < wait) wait = next;
    }
    return wait > 60000 ? 60000 : (int)wait;
}

static void serve_requests(void) {
    if (!channel_fill(&state.channel)) end();
    struct frame frame;
    int found;
    while ((found = channel_peek(&state.channel, &frame)) == 1) {
        handle(frame);
        channel_drop(&state.channel);
    }
    if (found < 0) end();
}

// Output before the result: what was printed first is passed on first.
static void serve_evaluation(const struct pollfd *code, const struct pollfd streams[3]) {
    struct evaluation *evaluation = &state.evaluation;
    for (int stream = 1; stream <= 3; stream++) {
        if (streams[stream - 1].revents != 0 && !evaluation_forward(evaluation, stream, 1, state.channel.descriptor)) end();
    }
    if ((code->revents & POLLOUT) != 0) evaluation_feed(evaluation);
    int status;
    if ((code->revents & POLLIN) == 0 || !evaluation_result(evaluation, &status)) return;
    // While everything is being killed only the interpreter's exit counts.
    if (evaluation->stage != EVALUATION_KILLED) finish_evaluation(status, -1);
}

void init_run(const struct channel *channel, const struct configuration *configuration, const struct birth *birth) {
    state.configuration = configuration;
    state.memory_limited = birth->cgroup != CGROUP_NONE;
    state.shares_user = birth->tier == TIER_LANDLOCK && !birth->identity.own_user;
    state.channel = *channel;
    int socket = channel->descriptor;
    const int *handles = birth->descriptors + BIRTH_HANDLES;
    watchdog_begin(configuration);
    measurement_begin(birth->cgroup, handles);
    pause_begin(birth->cgroup, handles[GROUP_FREEZER]);
    payload_use_group(handles[GROUP_PAYLOAD_ENTRY]);
    for (size_t i = 0; i < configuration->interpreter_count; i++) state.interpreters[i].entry = &configuration->interpreters[i];
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, NULL);
    int children = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
    if (children < 0) end();
    while (true) {
        struct evaluation *evaluation = &state.evaluation;
        bool evaluating = evaluation->stage != EVALUATION_NONE;
        struct interpreter *interpreter = evaluation->interpreter;
        short code_events = (short)(POLLIN | (evaluating && evaluation->code_fed < evaluation->code_length ? POLLOUT : 0));
        struct pollfd polled[INTERPRETER_POLLS + MAX_COMMAND_POLLS + MAX_WATCHES] = {
            {.fd = socket, .events = POLLIN},
            {.fd = children, .events = POLLIN},
            {.fd = evaluating ? interpreter->code : -1, .events = code_events},
            {.fd = evaluating ? interpreter->output : -1, .events = POLLIN},
            {.fd = evaluating ? interpreter->errors : -1, .events = POLLIN},
            {.fd = evaluating ? interpreter->display : -1, .events = POLLIN},
        };
        size_t commands = commands_poll(polled + INTERPRETER_POLLS);
        struct pollfd *watched = polled + INTERPRETER_POLLS + commands;
        int64_t now = monotonic_ms();
        size_t watches = watches_poll(watched, now);
        if (poll(polled, INTERPRETER_POLLS + commands + watches, wait_time(now)) < 0 && errno != EINTR) end();
        if (evaluating) serve_evaluation(&polled[2], &polled[3]);
        struct signalfd_siginfo ignored;
        if (polled[1].revents != 0 && read(children, &ignored, sizeof ignored) > 0) reap();
        if (polled[0].revents != 0) serve_requests();
        if (!commands_serve(socket, polled + INTERPRETER_POLLS, commands)) end();
        if (!watches_serve(socket, watched, watches, monotonic_ms())) end();
        commands_tick(monotonic_ms());
        if (evaluation->stage != EVALUATION_NONE) evaluation_tick(evaluation, monotonic_ms());
        watch_pause();
        watch_usage();
        watch_cpu();
    }
}
