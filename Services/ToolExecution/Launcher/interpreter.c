#include "interpreter.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "failure.h"
#include "seccomp.h"

static const char *const fixed_environment[] = {
    "PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/home/user", "USER=user", "LOGNAME=user", "LANG=C.UTF-8", "TERM=dumb", "TMPDIR=/tmp",
};
enum { FIXED_VARIABLES = sizeof fixed_environment / sizeof fixed_environment[0] };

static void set_environment(char **environment, const struct configuration *configuration) {
    size_t count = 0;
    for (size_t i = 0; i < FIXED_VARIABLES; i++) environment[count++] = (char *)(uintptr_t)fixed_environment[i];
    for (size_t i = 0; i < configuration->variable_count; i++) environment[count++] = (char *)(uintptr_t)configuration->variables[i];
    environment[count] = NULL;
}

// So that the kernel, short of memory, ends the payload and not the sandbox's first process.
static void offer_to_memory_killer(void) {
    if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0) return;
    int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (file < 0) return;
    if (write(file, "500", 3) != 3) errno = 0; // then the choice is the kernel's
    close(file);
}

// In the child: never returns.
static void become(const struct interpreter_entry *entry, const struct configuration *configuration, int output, int errors, int code,
                   int report) {
    char *environment[FIXED_VARIABLES + MAX_VARIABLES + 1];
    set_environment(environment, configuration);
    bool placed = dup2(output, 1) >= 0 && dup2(errors, 2) >= 0 && dup2(code, CODE_DESCRIPTOR) >= 0 && dup2(code, RESULT_DESCRIPTOR) >= 0
                  && dup3(report, RESULT_DESCRIPTOR + 1, O_CLOEXEC) >= 0;
    report = RESULT_DESCRIPTOR + 1;
    close_range(3, CODE_DESCRIPTOR - 1, 0);
    close_range((unsigned)report + 1, ~0u, 0);
    // What the launcher ignores or blocks is not for the payload to inherit.
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    offer_to_memory_killer();
    if (placed && setsid() >= 0 && chdir("/home/user") == 0 && seccomp_install()) {
        execve(entry->arguments[0], (char *const *)(uintptr_t)entry->arguments, environment);
    }
    int error = errno;
    if (write(report, &error, sizeof error) != sizeof error) _exit(126);
    _exit(127);
}

// Waits for the exec, which closes the pipe, or for its error.
static bool await_exec(int report, pid_t process, const struct interpreter_entry *entry) {
    int error = 0;
    ssize_t count;
    do count = read(report, &error, sizeof error);
    while (count < 0 && errno == EINTR);
    if (count == 0) return true;
    waitpid(process, NULL, 0);
    errno = error;
    return fail_errno("%s", entry->arguments[0]);
}

static void close_both(int pair[2]) {
    if (pair[0] >= 0) close(pair[0]);
    if (pair[1] >= 0) close(pair[1]);
}

bool interpreter_start(struct interpreter *interpreter, const struct configuration *configuration) {
    int output[2] = {-1, -1}, errors[2] = {-1, -1}, code[2] = {-1, -1}, report[2] = {-1, -1};
    bool made = pipe2(output, O_CLOEXEC) == 0 && pipe2(errors, O_CLOEXEC) == 0 && pipe2(report, O_CLOEXEC) == 0
                && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, code) == 0;
    // The payload's ends stay blocking, ours do not.
    made = made && fcntl(output[0], F_SETFL, O_NONBLOCK) == 0 && fcntl(errors[0], F_SETFL, O_NONBLOCK) == 0;
    pid_t process = made ? fork() : -1;
    if (process == 0) become(interpreter->entry, configuration, output[1], errors[1], code[1], report[1]);
    bool started = process > 0;
    int error = started ? 0 : errno;
    if (!started) fail_errno("interpreter: a process");
    if (started) {
        close(report[1]);
        report[1] = -1;
        started = await_exec(report[0], process, interpreter->entry);
    }
    close_both(report);
    if (!started) {
        close_both(output);
        close_both(errors);
        close_both(code);
        errno = error;
        return false;
    }
    close(output[1]);
    close(errors[1]);
    close(code[1]);
    interpreter->process = process;
    interpreter->code = code[0];
    interpreter->output = output[0];
    interpreter->errors = errors[0];
    return true;
}

void interpreter_close(struct interpreter *interpreter) {
    if (interpreter->process == 0) return;
    close(interpreter->code);
    if (interpreter->output >= 0) close(interpreter->output);
    if (interpreter->errors >= 0) close(interpreter->errors);
    interpreter->process = 0;
}

ssize_t interpreter_feed(const struct interpreter *interpreter, const void *bytes, size_t length) {
    ssize_t count = send(interpreter->code, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);
    return count < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : count;
}

int interpreter_result(const struct interpreter *interpreter, int *status) {
    char line[64];
    ssize_t count = recv(interpreter->code, line, sizeof line - 1, MSG_DONTWAIT);
    if (count == 0) kill(interpreter->process, SIGKILL); // it can take no more code
    if (count <= 0) return 0;
    line[count] = 0;
    char *stop = line;
    long number = strtol(line, &stop, 10);
    *status = stop == line || number < 0 || number > 255 ? 1 : (int)number;
    return 1;
}

void interpreter_forget_results(const struct interpreter *interpreter) {
    char scrap[4096];
    for (int i = 0; i < 64 && recv(interpreter->code, scrap, sizeof scrap, MSG_DONTWAIT) > 0; i++) continue;
}
