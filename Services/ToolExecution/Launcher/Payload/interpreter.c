#include "Payload/interpreter.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "Landlock/ground.h"
#include "Payload/payload.h"
#include "Protocol/failure.h"
#include "Zygote/warm.h"

// Open until the exec.
enum { REPORT_DESCRIPTOR = RESULT_DESCRIPTOR + 1 };

// In the child: never returns.
static void become(const struct interpreter_entry *entry, const struct configuration *configuration, int output, int errors, int display,
                   int code, int report) {
    static char place[PATH_MAX];
    const char *arguments[MAX_ARGUMENTS + 2];
    for (size_t i = 0; i < MAX_ARGUMENTS + 2; i++) {
        arguments[i] = entry->arguments[i] == entry->place ? ground_path(entry->place, place) : entry->arguments[i];
    }
    const struct payload payload = {.arguments = arguments, .folder = "/home/user", .terminal = -1, .is_warm = warm_has(entry->name)};
    // None may lie where another is to go.
    int *const given[] = {&output, &errors, &display, &code, &report};
    for (size_t i = 0; i < sizeof given / sizeof given[0]; i++) {
        *given[i] = fcntl(*given[i], F_DUPFD_CLOEXEC, REPORT_DESCRIPTOR + 1);
        if (*given[i] < 0) _exit(126);
    }
    bool placed = dup2(output, 1) >= 0 && dup2(errors, 2) >= 0 && dup2(display, DISPLAY_DESCRIPTOR) >= 0
                  && dup2(code, CODE_DESCRIPTOR) >= 0 && dup2(code, RESULT_DESCRIPTOR) >= 0
                  && dup3(report, REPORT_DESCRIPTOR, O_CLOEXEC) >= 0;
    if (!placed) _exit(126);
    report = REPORT_DESCRIPTOR;
    close_range(3, DISPLAY_DESCRIPTOR - 1, 0);
    close_range((unsigned)report + 1, ~0u, 0);
    payload_become(&payload, configuration, report);
}

// Waits for the exec, which closes the pipe, or for its error.
static bool await_exec(int report, pid_t process, const struct interpreter_entry *entry) {
    struct payload_fault fault;
    if (payload_await(report, process, &fault)) return true;
    errno = fault.error;
    return fail_errno("%s", entry->arguments[0]);
}

static void close_both(int pair[2]) {
    if (pair[0] >= 0) close(pair[0]);
    if (pair[1] >= 0) close(pair[1]);
}

bool interpreter_start(struct interpreter *interpreter, const struct configuration *configuration) {
    int output[2] = {-1, -1}, errors[2] = {-1, -1}, display[2] = {-1, -1}, code[2] = {-1, -1}, report[2] = {-1, -1};
    bool made = pipe2(output, O_CLOEXEC) == 0 && pipe2(errors, O_CLOEXEC) == 0 && pipe2(display, O_CLOEXEC) == 0
                && pipe2(report, O_CLOEXEC) == 0 && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, code) == 0;
    // The payload's ends stay blocking, ours do not.
    made = made && fcntl(output[0], F_SETFL, O_NONBLOCK) == 0 && fcntl(errors[0], F_SETFL, O_NONBLOCK) == 0
           && fcntl(display[0], F_SETFL, O_NONBLOCK) == 0;
    pid_t process = made ? payload_fork(warm_has(interpreter->entry->name)) : -1;
    if (process == 0) become(interpreter->entry, configuration, output[1], errors[1], display[1], code[1], report[1]);
    bool started = process > 0;
    int error = started ? 0 : errno;
    if (!started) fail_errno("interpreter: a process");
    if (started) {
        close(report[1]);
        report[1] = -1;
        started = await_exec(report[0], process, interpreter->entry);
        error = errno;
    }
    close_both(report);
    if (!started) {
        close_both(output);
        close_both(errors);
        close_both(display);
        close_both(code);
        errno = error;
        return false;
    }
    close(output[1]);
    close(errors[1]);
    close(display[1]);
    close(code[1]);
    interpreter->process = process;
    interpreter->code = code[0];
    interpreter->output = output[0];
    interpreter->errors = errors[0];
    interpreter->display = display[0];
    return true;
}

void interpreter_close(struct interpreter *interpreter) {
    if (interpreter->process == 0) return;
    close(interpreter->code);
    if (interpreter->output >= 0) close(interpreter->output);
    if (interpreter->errors >= 0) close(interpreter->errors);
    if (interpreter->display >= 0) close(interpreter->display);
    interpreter->process = 0;
}

ssize_t interpreter_feed(const struct interpreter *interpreter, const void *bytes, size_t length) {
    ssize_t count = send(interpreter->code, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);
    return count < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : count;
}

bool interpreter_result(const struct interpreter *interpreter, bool *began, int *status) {
    char lines[64];
    ssize_t count = recv(interpreter->code, lines, sizeof lines - 1, MSG_DONTWAIT);
    if (count == 0) kill(interpreter->process, SIGKILL); // it can take no more code
    if (count <= 0) return false;
    lines[count] = 0;
    *began = lines[0] == '\n';
    const char *line = lines + strspn(lines, "\n");
    if (line == lines + count) return false;
    char *stop;
    long number = strtol(line, &stop, 10);
    *status = stop == line || number < 0 || number > 255 ? 1 : (int)number;
    return true;
}

void interpreter_forget_results(const struct interpreter *interpreter) {
    char scrap[4096];
    for (int i = 0; i < 64 && recv(interpreter->code, scrap, sizeof scrap, MSG_DONTWAIT) > 0; i++) continue;
}
