#include "Payload/evaluation.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "Init/pause.h"
#include "Init/processes.h"
#include "Limits/watchdog.h"

// How long an interpreter that is to stop may run or sleep before everything is killed. What it waits for a processor or a disk does not count, nor
// does time in which the whole machine stands still: its state is worth more than a few seconds. It is looked at so often at most.
enum { LOOK_MS = 50, GRACE_MS = 3000, MAX_LOOKS = 600 };

static struct message message;

void evaluation_begin(struct evaluation *evaluation, struct interpreter *interpreter, uint32_t request, const uint8_t *code, size_t length,
                      uint32_t timeout_ms, uint64_t most_output) {
    interpreter_forget_results(interpreter);
    evaluation->stage = EVALUATION_RUNNING;
    evaluation->request = request;
    evaluation->interpreter = interpreter;
    memcpy(evaluation->code, code, length);
    evaluation->code[length] = 0;
    evaluation->code_length = length + 1;
    evaluation->code_fed = 0;
    evaluation->begun = false;
    evaluation->deadline = monotonic_ms() + timeout_ms;
    evaluation->forwarded = evaluation->dropped = evaluation->displayed = 0;
    evaluation->most_output = most_output;
    evaluation->limits = 0;
    evaluation_feed(evaluation);
}

void evaluation_interrupt(struct evaluation *evaluation, uint8_t limit) {
    evaluation->limits |= limit;
    if (evaluation->stage != EVALUATION_RUNNING) return;
    evaluation->stage = EVALUATION_INTERRUPTED;
    evaluation->deadline = monotonic_ms() + LOOK_MS;
    evaluation->looks = 0;
    evaluation->idle_ns = 0;
    struct process_state state;
    evaluation->used_ns = process_state(evaluation->interpreter->process, &state) ? state.cpu_ns : 0;
    if (evaluation->begun) kill(-evaluation->interpreter->process, SIGINT);
}

bool evaluation_result(struct evaluation *evaluation, int *status) {
    bool began = false;
    bool ended = interpreter_result(evaluation->interpreter, &began, status);
    if (!began || evaluation->begun) return ended;
    evaluation->begun = true;
    if (!ended && evaluation->stage == EVALUATION_INTERRUPTED) kill(-evaluation->interpreter->process, SIGINT);
    return ended;
}

void evaluation_kill(struct evaluation *evaluation, uint8_t limit) {
    evaluation->limits |= limit;
    evaluation->stage = EVALUATION_KILLED;
    kill(-1, SIGKILL);
}

// Whether an interpreter has had its time to stop.
static bool is_hung(struct evaluation *evaluation) {
    struct process_state state = {.letter = 'S', .cpu_ns = evaluation->used_ns};
    process_state(evaluation->interpreter->process, &state);
    bool is_idle = strchr("RD", state.letter) == NULL;
    if (is_idle) evaluation->idle_ns += LOOK_MS * 1000000ull;
    evaluation->looks += 1;
    uint64_t had_ns = evaluation->idle_ns + state.cpu_ns - evaluation->used_ns;
    return had_ns >= GRACE_MS * 1000000ull || evaluation->looks == MAX_LOOKS;
}

void evaluation_tick(struct evaluation *evaluation, int64_t now) {
    if (now < evaluation->deadline) return;
    if (evaluation->stage == EVALUATION_RUNNING) {
        evaluation_interrupt(evaluation, LIMIT_TIME);
    } else if (evaluation->stage == EVALUATION_INTERRUPTED) {
        evaluation->deadline = now + LOOK_MS;
        if (is_hung(evaluation)) evaluation_kill(evaluation, 0);
    }
}

void evaluation_feed(struct evaluation *evaluation) {
    size_t left = evaluation->code_length - evaluation->code_fed;
    if (left == 0) return;
    ssize_t count = interpreter_feed(evaluation->interpreter, evaluation->code + evaluation->code_fed, left);
    if (count > 0) evaluation->code_fed += (size_t)count;
    if (count < 0) evaluation->code_fed = evaluation->code_length; // the interpreter closed its end: its exit will tell
}

static bool send_output(struct evaluation *evaluation, int stream, const uint8_t *bytes, size_t length, int socket) {
    uint64_t room = stream == 3 ? MAX_DISPLAYED - evaluation->displayed : evaluation->most_output - evaluation->forwarded;
    size_t shown = length < room ? length : (size_t)room;
    *(stream == 3 ? &evaluation->displayed : &evaluation->forwarded) += shown;
    evaluation->dropped += length - shown;
    if (shown < length) evaluation_interrupt(evaluation, LIMIT_OUTPUT);
    if (shown == 0) return true;
    message_begin(&message, FRAME_OUTPUT);
    put_u32(&message, evaluation->request);
    put_u8(&message, (uint8_t)stream);
    put_bytes(&message, bytes, shown);
    return message_send(&message, socket);
}

bool evaluation_forward(struct evaluation *evaluation, int stream, int rounds, int socket) {
    static uint8_t chunk[MAX_CHUNK];
    struct interpreter *interpreter = evaluation->interpreter;
    int *source = stream == 1 ? &interpreter->output : stream == 2 ? &interpreter->errors : &interpreter->display;
    for (int i = 0; i < rounds && *source >= 0; i++) {
        ssize_t count = read(*source, chunk, sizeof chunk);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return true;
        if (count == 0) {
            // Every writer is gone; a stream in that state is ready for ever.
            close(*source);
            *source = -1;
            return true;
        }
        if (!send_output(evaluation, stream, chunk, (size_t)count, socket)) return false;
    }
    return true;
}

bool evaluation_finish(struct evaluation *evaluation, int status, int ended, int socket) {
    // A pipe holds 64 KiB: what was written before the end is in this many chunks.
    const int whole_pipe = 4;
    for (int stream = 1; stream <= 3; stream++) {
        if (!evaluation_forward(evaluation, stream, whole_pipe, socket)) return false;
    }
    enum outcome outcome = evaluation->stage != EVALUATION_RUNNING ? OUTCOME_STOPPED : ended >= 0 ? OUTCOME_ENDED : OUTCOME_FINISHED;
    if (ended >= 0) status = WIFEXITED(ended) ? WEXITSTATUS(ended) : 128 + WTERMSIG(ended);
    if (disk_is_full()) evaluation->limits |= LIMIT_DISK;
    evaluation->stage = EVALUATION_NONE;
    message_begin(&message, FRAME_DONE);
    put_u32(&message, evaluation->request);
    put_u8(&message, (uint8_t)outcome);
    put_u8(&message, evaluation->limits);
    put_u8(&message, ended < 0);
    put_u32(&message, (uint32_t)status);
    put_u64(&message, evaluation->dropped);
    return message_send(&message, socket);
}
