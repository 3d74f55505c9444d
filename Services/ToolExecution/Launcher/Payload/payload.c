#include "Payload/payload.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ControlGroups/cgroup.h"
#include "Landlock/ground.h"
#include "Landlock/landlock.h"
#include "Seccomp/seccomp.h"
#include "Zygote/warm.h"

static const char *const fixed_environment[] = {
    "PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/home/user", "USER=user", "LOGNAME=user", "LANG=C.UTF-8", "TERM=dumb", "TMPDIR=/tmp",
};
enum { FIXED_VARIABLES = sizeof fixed_environment / sizeof fixed_environment[0], MOST_BEFORE_EXEC_MS = 5000 };

struct environment {
    const char *variables[FIXED_VARIABLES + MAX_VARIABLES + MAX_OWN_VARIABLES + 1];
    size_t count;
};

// A later value takes the place of an earlier one.
static void set_variable(struct environment *environment, const char *variable) {
    size_t name = (size_t)(strchrnul(variable, '=') - variable) + 1;
    size_t place = 0;
    while (place < environment->count && strncmp(environment->variables[place], variable, name) != 0) place++;
    environment->variables[place] = variable;
    if (place == environment->count) environment->count += 1;
}

static void set_environment(struct environment *environment, const struct payload *payload, const struct configuration *configuration) {
    for (size_t i = 0; i < FIXED_VARIABLES; i++) set_variable(environment, fixed_environment[i]);
    if (ground_is_shared()) {
        static char home[PATH_MAX + 8], temporary[PATH_MAX + 8];
        char real[PATH_MAX];
        snprintf(home, sizeof home, "HOME=%s", ground_path("/home/user", real));
        snprintf(temporary, sizeof temporary, "TMPDIR=%s", ground_path("/tmp", real));
        set_variable(environment, home);
        set_variable(environment, temporary);
    }
    for (size_t i = 0; i < configuration->variable_count; i++) set_variable(environment, configuration->variables[i]);
    for (size_t i = 0; i < payload->variable_count; i++) set_variable(environment, payload->variables[i]);
    environment->variables[environment->count] = NULL;
}

// So that the kernel, short of memory, ends the payload and not the sandbox's first process.
static void offer_to_memory_killer(void) {
    if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0) return;
    int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (file < 0) return;
    if (write(file, "500", 3) != 3) errno = 0; // then the choice is the kernel's
    close(file);
}

static int group_entry = -1;

void payload_use_group(int entry) { group_entry = entry; }

pid_t payload_fork(bool is_warm) {
    pid_t process = is_warm ? warm_fork() : fork();
    if (process == 0 && !cgroup_enter_self(group_entry)) _exit(126);
    return process;
}

void payload_become(const struct payload *payload, const struct configuration *configuration, int report) {
    static struct environment environment;
    set_environment(&environment, payload, configuration);
    // What the launcher ignores or blocks is not for the payload to inherit.
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    offer_to_memory_killer();
    struct payload_fault fault = {.is_folder = false};
    // In a shared process namespace nothing else ends what is left when the first process ends.
    if (ground_is_shared()) prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    bool alone = setsid() >= 0 && (payload->terminal < 0 || ioctl(payload->terminal, TIOCSCTTY, 0) == 0);
    if (payload->terminal > STDERR_FILENO) close(payload->terminal);
    char folder[PATH_MAX];
    if (alone) fault.is_folder = chdir(ground_path(payload->folder, folder)) != 0;
    if (alone && !fault.is_folder && (!ground_is_shared() || landlock_restrict_payload()) && seccomp_install()) {
        environ = (char **)(uintptr_t)environment.variables;
        if (payload->is_warm) {
            close(report);
            warm_run(environ);
        }
        execvp(payload->arguments[0], (char *const *)(uintptr_t)payload->arguments);
    }
    fault.error = errno;
    if (write(report, &fault, sizeof fault) != sizeof fault) _exit(126);
    _exit(127);
}

// Until its exec a process can be stopped by others of the payload, for ever.
bool payload_await(int report, pid_t process, struct payload_fault *fault) {
    struct pollfd polled = {.fd = report, .events = POLLIN};
    int ready;
    do ready = poll(&polled, 1, MOST_BEFORE_EXEC_MS);
    while (ready < 0 && errno == EINTR);
    ssize_t count = -1;
    if (ready > 0) {
        do count = read(report, fault, sizeof *fault);
        while (count < 0 && errno == EINTR);
        if (count == 0) return true;
    } else {
        *fault = (struct payload_fault){.error = ETIMEDOUT};
        kill(process, SIGKILL);
    }
    while (waitpid(process, NULL, 0) < 0 && errno == EINTR) continue;
    return false;
}
