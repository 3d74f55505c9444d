#include "Zygote/zygote.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "Namespaces/birth.h"
#include "Namespaces/identity.h"
#include "Privileges/privileges.h"
#include "Protocol/failure.h"
#include "Protocol/protocol.h"
#include "Zygote/warm.h"

// Opens a file beside the driver for the program that is executed next, whose user may not be able to reach it by name.
static bool pass_open(const struct interpreter_entry *entry, const char *name, char place[64]) {
    char path[512];
    snprintf(path, sizeof path, "%.*s/%s", (int)(strrchr(entry->path, '/') - entry->path), entry->path, name);
    int file = open(path, O_RDONLY);
    if (file < 0) return fail_errno("zygote: %s", path);
    snprintf(place, 64, "/proc/self/fd/%d", file);
    return true;
}

// An interpreter looks at its output once, when it starts: it is to be of the kind that payloads have.
static bool pretend_output(void) {
    int ends[2];
    bool made = pipe(ends) == 0 && dup2(ends[1], STDOUT_FILENO) >= 0 && dup2(ends[1], STDERR_FILENO) >= 0;
    if (!made) return fail_errno("zygote: output");
    return close(ends[0]) == 0 && close(ends[1]) == 0;
}

// The interpreter is told no more than what its arguments say: the driver, the library, the modules to import.
void zygote_become(const struct configuration *configuration) {
    if (configuration->interpreter_count != 1) {
        fail("zygote: one interpreter");
        return;
    }
    const struct interpreter_entry *entry = &configuration->interpreters[0];
    static char program[64], library[64], driver[64];
    if (!pass_open(entry, "zygote.py", program) || !pass_open(entry, "zygote.so", library)
        || !pass_open(entry, strrchr(entry->path, '/') + 1, driver))
        return;
    const char *arguments[MAX_ARGUMENTS + MAX_PRELOADS + 6];
    size_t count = 0;
    for (size_t i = 0; entry->arguments[i] != entry->place; i++) arguments[count++] = entry->arguments[i];
    arguments[count++] = program;
    arguments[count++] = library;
    arguments[count++] = driver;
    for (size_t i = 0; i < configuration->preload_count; i++) arguments[count++] = configuration->preloads[i];
    arguments[count] = NULL;
    // Libraries that would start threads are told not to.
    static const char *const environment[] = {"LANG=C.UTF-8", "OPENBLAS_NUM_THREADS=1", "OMP_NUM_THREADS=1", "MKL_NUM_THREADS=1", NULL};
    struct identity identity;
    if (!identity_choose(&identity) || !identity_become(&identity) || !identity_keep(&identity) || !privileges_renounce(0)) return;
    struct rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    if (!pretend_output()) return;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || chdir("/") != 0) {
        fail_errno("zygote");
        return;
    }
    execve(arguments[0], (char *const *)(uintptr_t)arguments, (char *const *)(uintptr_t)environment);
    fail_errno("%s", arguments[0]);
}

// Called by the interpreter when it is warm: tells the supervisor so, and makes sandboxes until it is told to stop. `run` is what a payload
// of the interpreter `name` calls.
__attribute__((visibility("default"))) void zygote_serve(const char *name, const char *description, void (*run)(char **)) {
    signal(SIGCHLD, SIG_IGN); // whoever asked for a sandbox waits for its end
    signal(SIGPIPE, SIG_IGN);
    warm_set(name, run);
    static struct message message;
    message_begin(&message, FRAME_READY);
    put_text(&message, description);
    if (!message_send(&message, SUPERVISOR_DESCRIPTOR)) _exit(0);
    bool going = true;
    while (going) {
        struct pollfd polled[2] = {{.fd = SUPERVISOR_DESCRIPTOR, .events = POLLIN}, {.fd = ZYGOTE_DESCRIPTOR, .events = POLLIN}};
        if (poll(polled, 2, -1) < 0 && errno != EINTR) break;
        // Nothing is said to a zygote any more; it ends when its supervisor lets go.
        going = polled[0].revents == 0;
        if (polled[1].revents != 0) going = going && birth_serve(ZYGOTE_DESCRIPTOR);
    }
    _exit(0);
}
