#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "failure.h"
#include "init.h"
#include "mounts.h"
#include "privileges.h"
#include "protocol.h"
#include "seccomp.h"

enum { NAMESPACES = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP };
enum { INIT_SOCKET = 3 };

static bool raise_loopback(void) {
    int handle = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
    bool raised = handle >= 0 && ioctl(handle, SIOCSIFFLAGS, &request) == 0;
    if (!raised) fail_errno("network: loopback");
    if (handle >= 0) close(handle);
    return raised;
}

// The order matters: the death signal after the change of user, which clears it; mounts before the loss of capabilities.
static bool enclose(const struct configuration *configuration, bool memory_limited) {
    umask(022);
    if (!identity_assume()) return false;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return fail_errno("sandbox: death signal");
    if (sethostname("sandbox", 7) != 0) return fail_errno("sandbox: host name");
    return raise_loopback() && mounts_build(configuration) && limits_apply(configuration, memory_limited) && privileges_drop()
           && seccomp_compile(memory_limited);
}

static void tell(int socket, enum frame_type type, const char *text) {
    static struct message message;
    message_begin(&message, type);
    put_text(&message, text);
    if (!message_send(&message, socket)) _exit(0);
}

// The new process: waits until it has been given its identity and its groups, and becomes the sandbox.
__attribute__((noreturn)) static void become(const struct sandbox *sandbox, const struct configuration *configuration, int socket, int go) {
    char byte;
    if (read(go, &byte, 1) != 1) _exit(0);
    if (dup2(socket, INIT_SOCKET + 1) < 0 || dup2(INIT_SOCKET + 1, INIT_SOCKET) < 0) _exit(70);
    close_range(INIT_SOCKET + 1, ~0u, 0);
    fcntl(INIT_SOCKET, F_SETFD, FD_CLOEXEC);
    bool memory_limited = sandbox->cgroup.kind != CGROUP_NONE;
    if (!enclose(configuration, memory_limited)) {
        tell(INIT_SOCKET, FRAME_FAILED, failure_reason());
        _exit(0);
    }
    char description[256];
    snprintf(description, sizeof description,
             "{\"tier\":\"namespaces\",\"cgroup\":\"%s\",\"memory_enforced\":%s,\"own_user\":%s,\"seccomp\":true}",
             cgroup_name(&sandbox->cgroup), memory_limited ? "true" : "false", sandbox->identity.own_user ? "true" : "false");
    tell(INIT_SOCKET, FRAME_READY, description);
    init_run(INIT_SOCKET, configuration, memory_limited);
}

static bool explain_clone(void) {
    if (errno == EPERM) return fail("namespaces: not permitted here; user namespaces are switched off or a seccomp profile forbids them");
    if (errno == ENOSPC || errno == EUSERS) return fail("namespaces: the limit in /proc/sys/user or the nesting depth is reached");
    if (errno == EINVAL) return fail("namespaces: this kernel lacks one of them");
    return fail_errno("namespaces");
}

bool sandbox_create(struct sandbox *sandbox, const struct configuration *configuration) {
    *sandbox = (struct sandbox){.process_handle = -1, .socket = -1};
    if (!identity_choose(&sandbox->identity)) return false;
    cgroup_make(&sandbox->cgroup, configuration);
    int pair[2], go[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0 || pipe2(go, O_CLOEXEC) != 0) return fail_errno("sandbox: a socket");
    sandbox->socket = pair[0];
    long process = syscall(SYS_clone, NAMESPACES | CLONE_PIDFD | SIGCHLD, NULL, &sandbox->process_handle, NULL, 0);
    if (process == 0) {
        close(go[1]);
        become(sandbox, configuration, pair[1], go[0]);
    }
    close(pair[1]);
    close(go[0]);
    bool made = process > 0 || explain_clone();
    sandbox->process = made ? (pid_t)process : 0;
    made = made && identity_map(&sandbox->identity, sandbox->process) && cgroup_enter(&sandbox->cgroup, sandbox->process);
    if (made && write(go[1], "", 1) != 1) made = fail_errno("sandbox: letting go");
    close(go[1]);
    // Only now: until the maps were written, an ordinary user needed to reach its child's /proc files.
    return made && privileges_renounce(sandbox->identity.own_user && sandbox->cgroup.kind != CGROUP_NONE);
}

void sandbox_destroy(struct sandbox *sandbox) {
    if (sandbox->process > 0) {
        kill(sandbox->process, SIGKILL);
        // The first process of a pid namespace is gone only when all others are.
        while (waitpid(sandbox->process, NULL, 0) < 0 && errno == EINTR) continue;
    }
    if (sandbox->process_handle >= 0) close(sandbox->process_handle);
    if (sandbox->socket >= 0) close(sandbox->socket);
    cgroup_remove(&sandbox->cgroup);
}
