#include "enclosure.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "configuration.h"
#include "failure.h"
#include "identity.h"
#include "init.h"
#include "mounts.h"
#include "privileges.h"
#include "protocol.h"
#include "seccomp.h"

// The first process has its socket, the handles that it was given, and nothing else.
enum { FIRST_DESCRIPTOR = 3, ASIDE = 64 };

static bool raise_loopback(void) {
    int handle = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
    bool raised = handle >= 0 && ioctl(handle, SIOCSIFFLAGS, &request) == 0;
    if (!raised) fail_errno("network: loopback");
    if (handle >= 0) close(handle);
    return raised;
}

// The order matters: the death signal after the change of user, which clears it; mounts before the loss of capabilities.
static bool enclose(const struct configuration *configuration, bool memory_limited, bool parent_holds) {
    umask(022);
    if (!identity_assume()) return false;
    if (parent_holds && prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return fail_errno("sandbox: death signal");
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

static bool put_down(int *descriptor, int place) {
    if (*descriptor < 0) return true;
    if (dup3(*descriptor, place, O_CLOEXEC) < 0) return false;
    *descriptor = place;
    return true;
}

// First all aside, so that none lies where another is to go.
static bool gather(int *descriptors) {
    for (int i = 0; i < BIRTH_DESCRIPTORS; i++) {
        if (descriptors[i] >= 0) descriptors[i] = fcntl(descriptors[i], F_DUPFD_CLOEXEC, ASIDE);
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
    int socket = -1;
    if (gather(birth.descriptors)) socket = birth.descriptors[BIRTH_SOCKET];
    if (socket < 0) _exit(70);
    channel_open(&channel, socket, MAX_REQUEST);
    bool memory_limited = birth.cgroup != CGROUP_NONE;
    bool enclosed = enter_groups(birth.descriptors + BIRTH_HANDLES)
                    && await_configuration(&channel, &configuration, birth.descriptors + BIRTH_DRIVERS)
                    && enclose(&configuration, memory_limited, parent_holds);
    if (!enclosed) {
        tell(socket, FRAME_FAILED, failure_reason());
        _exit(0);
    }
    char description[256];
    snprintf(description, sizeof description,
             "{\"tier\":\"namespaces\",\"cgroup\":\"%s\",\"memory_enforced\":%s,\"cpu_enforced\":%s,\"own_user\":%s,\"seccomp\":true}",
             cgroup_name(birth.cgroup), memory_limited ? "true" : "false", birth.cpu_limited ? "true" : "false",
             birth.own_user ? "true" : "false");
    tell(socket, FRAME_READY, description);
    init_run(&channel, &configuration, &birth);
}
