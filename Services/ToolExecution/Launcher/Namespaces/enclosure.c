#include "Namespaces/enclosure.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "Init/init.h"
#include "Init/processes.h"
#include "Landlock/ground.h"
#include "Landlock/landlock.h"
#include "Limits/resource_limits.h"
#include "Mounts/mounts.h"
#include "Mounts/tree.h"
#include "Namespaces/identity.h"
#include "Namespaces/network.h"
#include "Privileges/privileges.h"
#include "Protocol/configuration.h"
#include "Protocol/failure.h"
#include "Protocol/protocol.h"
#include "Seccomp/seccomp.h"

// The first process has its socket, the handles that it was given, and nothing else.
enum { FIRST_DESCRIPTOR = 3, ASIDE = 64, ROOM_FOR_OTHERS = 1024 };

// Where a control group counts the processes it is to be the one that refuses, since it tells that it did.
static unsigned long spare_processes(bool counted) { return counted ? 16 : 0; }

static bool fill_ground(const struct configuration *configuration) {
    static const char *const folders[] = {"/home/user", "/home/user/out", "/tmp", "/run/drivers"};
    char real[PATH_MAX];
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        if (mkdir(ground_path(folders[i], real), 0755) != 0) return fail_errno("landlock: %s", folders[i]);
    }
    for (size_t i = 0; i < configuration->interpreter_count; i++) {
        const struct interpreter_entry *entry = &configuration->interpreters[i];
        if (!tree_copy(ground_path(entry->place, real), entry->driver)) return false;
        close(entry->driver);
    }
    return true;
}

// The order matters: the death signal after the change of user, which clears it; mounts before the loss of capabilities.
static bool enclose(const struct configuration *configuration, bool memory_limited, bool parent_holds) {
    umask(022);
    if (!identity_assume()) return false;
    if (parent_holds && prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return fail_errno("sandbox: death signal");
    if (sethostname("sandbox", 7) != 0) return fail_errno("sandbox: host name");
    return network_raise_loopback() && mounts_build(configuration) && limits_apply(configuration, spare_processes(memory_limited))
           && privileges_drop() && seccomp_compile(memory_limited, true, true);
}

// The weaker tier: no namespace but the host's, and what can be done without any.
static bool enclose_shared(const struct configuration *configuration, const struct birth *birth, bool memory_limited) {
    umask(022);
    processes_are_shared();
    ground_use(birth->ground);
    if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) return fail_errno("sandbox: adopting orphans");
    // The limit is one of the user's, who has other processes, and will have more: it only bounds what can come between two looks of
    // the watchdog.
    unsigned long spare = spare_processes(memory_limited) + (birth->identity.own_user ? 0 : identity_threads() + ROOM_FOR_OTHERS);
    privileges_narrow();
    return limits_apply(configuration, spare) && identity_become(&birth->identity) && fill_ground(configuration)
           && privileges_renounce(0) && landlock_restrict_first(birth->ground)
           && seccomp_compile(memory_limited, false, birth->identity.own_user);
}

static void tell(int socket, enum frame_type type, const char *text) {
    static struct message message;
    message_begin(&message, type);
    put_text(&message, text);
    if (!message_send(&message, socket)) _exit(0);
}

static bool put_down(int *descriptor, int place) {
    if (*descriptor < 0) return true;
    if (dup3(*descriptor, place, O_CLOEXEC) < 0) return false;
    *descriptor = place;
    return true;
}

// First all aside, so that none lies where another is to go.
static bool gather(int *descriptors) {
    for (int i = 0; i < BIRTH_DESCRIPTORS; i++) {
        if (descriptors[i] < 0) continue;
        descriptors[i] = fcntl(descriptors[i], F_DUPFD_CLOEXEC, ASIDE);
        if (descriptors[i] < 0) return false;
    }
    int place = FIRST_DESCRIPTOR;
    for (int i = 0; i < BIRTH_DESCRIPTORS; i++) {
        if (!put_down(&descriptors[i], place)) return false;
        if (descriptors[i] >= 0) place++;
    }
    return close_range((unsigned)place, ~0u, 0) == 0;
}

static bool enter_groups(int *handles) {
    for (int i = GROUP_ENTRIES; i < GROUP_HANDLES; i++) {
        if (!cgroup_enter_self(handles[i])) return false;
        if (handles[i] >= 0) close(handles[i]);
        handles[i] = -1;
    }
    return true;
}

// The configuration comes once this process has been given its identity. Nobody on the socket: there is nothing to do.
static bool await_configuration(struct channel *channel, struct configuration *configuration, const int *drivers) {
    struct frame frame;
    int found;
    while ((found = channel_peek(channel, &frame)) == 0) {
        struct pollfd polled = {.fd = channel->descriptor, .events = POLLIN};
        if (poll(&polled, 1, -1) < 0 && errno != EINTR) _exit(70);
        if (!channel_fill(channel)) _exit(0);
    }
    if (found < 0 || frame.type != FRAME_CONFIGURE) _exit(70);
    bool parsed = configuration_parse(configuration, frame.body, frame.length, drivers);
    channel_drop(channel);
    return parsed;
}

void enclosure_run(const struct birth *given, bool parent_holds) {
    static struct configuration configuration;
    static struct birth birth;
    static struct channel channel;
    birth = *given;
    signal(SIGCHLD, SIG_DFL); // a zygote ignores it
    signal(SIGXFSZ, SIG_IGN); // a file that grows too large is an error of its request
    int socket = -1;
    if (gather(birth.descriptors)) socket = birth.descriptors[BIRTH_SOCKET];
    if (socket < 0) _exit(70);
    channel_open(&channel, socket, MAX_REQUEST);
    bool memory_limited = birth.cgroup != CGROUP_NONE;
    bool enclosed = enter_groups(birth.descriptors + BIRTH_HANDLES)
                    && await_configuration(&channel, &configuration, birth.descriptors + BIRTH_DRIVERS)
                    && (birth.tier == TIER_LANDLOCK ? enclose_shared(&configuration, &birth, memory_limited)
                                                    : enclose(&configuration, memory_limited, parent_holds));
    if (!enclosed) {
        tell(socket, FRAME_FAILED, failure_reason());
        _exit(0);
    }
    char description[256];
    snprintf(description, sizeof description,
             "{\"tier\":\"%s\",\"cgroup\":\"%s\",\"memory_enforced\":%s,\"cpu_enforced\":%s,\"own_user\":%s,\"seccomp\":true}",
             birth.tier == TIER_LANDLOCK ? "landlock" : "namespaces", cgroup_name(birth.cgroup), memory_limited ? "true" : "false",
             birth.cpu_limited ? "true" : "false", birth.identity.own_user ? "true" : "false");
    tell(socket, FRAME_READY, description);
    init_run(&channel, &configuration, &birth);
}
