#include "Monitor/sandbox.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "Init/processes.h"
#include "Landlock/landlock.h"
#include "Privileges/privileges.h"
#include "Protocol/failure.h"
#include "Protocol/protocol.h"

// Lays the socket between the two, and has the first process made. A zygote that is gone or refuses is done without.
static bool bear(struct sandbox *sandbox, const struct configuration *configuration, int zygote) {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) return fail_errno("sandbox: a socket");
    struct birth birth = {
        .tier = sandbox->tier,
        .identity = sandbox->identity,
        .cpu_limited = sandbox->cgroup.cpu_limited,
        .cgroup = sandbox->cgroup.kind,
    };
    birth.descriptors[BIRTH_SOCKET] = pair[1];
    memcpy(birth.ground, sandbox->ground, sizeof birth.ground);
    memcpy(birth.descriptors + BIRTH_HANDLES, sandbox->cgroup.handles, sizeof sandbox->cgroup.handles);
    for (size_t i = 0; i < MAX_INTERPRETERS; i++) {
        birth.descriptors[BIRTH_DRIVERS + i] = i < configuration->interpreter_count ? configuration->interpreters[i].driver : -1;
    }
    sandbox->socket = pair[0];
    if (zygote >= 0) {
        if (birth_by_zygote(zygote, pair[0], &birth, &sandbox->first)) return true;
        close(pair[0]);
        sandbox->socket = -1;
        return bear(sandbox, configuration, -1);
    }
    bool born = birth_here(&birth, &sandbox->first);
    close(pair[1]);
    return born;
}

// What comes from the first process is this one's to end, should that fail to.
static bool prepare_shared(struct sandbox *sandbox, const struct configuration *configuration) {
    const struct identity *identity = &sandbox->identity;
    if (configuration->bind_count > 0) return fail("landlock: %s cannot be shown: there is no mount namespace", configuration->binds[0]);
    if (!landlock_suffices(identity->own_user)) return false;
    if (identity_is_bare_root(identity)) return fail("landlock: the sandbox would be root, for there is no other user here to become");
    if (!processes_can_be_followed()) return fail("landlock: this kernel does not tell whose children there are");
    if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) return fail_errno("landlock: adopting orphans");
    return ground_make(sandbox->ground, identity->user, identity->group);
}

static bool identify(const struct sandbox *sandbox) {
    return sandbox->tier == TIER_LANDLOCK || identity_map(&sandbox->identity, sandbox->first.process);
}

bool sandbox_create(struct sandbox *sandbox, const struct configuration *configuration, const void *frame, size_t length, int zygote) {
    *sandbox = (struct sandbox){.first = {.handle = -1}, .socket = -1, .tier = configuration->tier};
    cgroup_make(&sandbox->cgroup, configuration);
    if (!identity_choose(&sandbox->identity)) return false;
    if (sandbox->tier == TIER_LANDLOCK && !prepare_shared(sandbox, configuration)) return false;
    // What a zygote forks has its namespaces.
    bool made = bear(sandbox, configuration, sandbox->tier == TIER_LANDLOCK ? -1 : zygote) && identify(sandbox)
                && cgroup_enter(&sandbox->cgroup, sandbox->first.process);
    if (!made) return false;
    if (!write_all(sandbox->socket, frame, length)) return fail("sandbox: its first process is gone");
    // Only now: until the maps were written, an ordinary user needed to reach its child's /proc files.
    unsigned kept = sandbox->identity.own_user && sandbox->cgroup.kind != CGROUP_NONE ? KEEP_FILES : 0;
    // The namespaces that a zygote makes are not this process's own.
    if (sandbox->identity.own_user && !sandbox->first.is_child) kept |= KEEP_KILL;
    // Without namespaces the files are the other user's, and so are the processes.
    if (sandbox->identity.own_user && sandbox->tier == TIER_LANDLOCK) kept |= KEEP_FILES | KEEP_KILL;
    return privileges_renounce(kept);
}

// The first process of a pid namespace is gone only when all others are.
static void await_end(const struct newborn *first) {
    if (first->is_child) {
        while (waitpid(first->process, NULL, 0) < 0 && errno == EINTR) continue;
        return;
    }
    struct pollfd polled = {.fd = first->handle, .events = POLLIN};
    while (poll(&polled, 1, -1) < 0 && errno == EINTR) continue;
}

void sandbox_destroy(struct sandbox *sandbox) {
    if (sandbox->socket >= 0) close(sandbox->socket);
    if (sandbox->first.process > 0) {
        cgroup_thaw(&sandbox->cgroup);
        if (sandbox->tier == TIER_LANDLOCK) processes_end();
        syscall(SYS_pidfd_send_signal, sandbox->first.handle, SIGKILL, NULL, 0);
        await_end(&sandbox->first);
    }
    if (sandbox->first.handle >= 0) close(sandbox->first.handle);
    cgroup_remove(&sandbox->cgroup);
    ground_remove(sandbox->ground);
}
