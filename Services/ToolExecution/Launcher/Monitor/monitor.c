#include "Monitor/monitor.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "Monitor/sandbox.h"
#include "Privileges/privileges.h"
#include "Protocol/configuration.h"
#include "Protocol/failure.h"
#include "Protocol/protocol.h"
#include "Zygote/zygote.h"

// Where the limits stand in a done frame: after the header, the type, the request and the outcome.
enum { DONE_LIMITS = FRAME_HEADER + 1 + 4 + 1 };

static struct {
    struct channel supervisor, sandbox_channel;
    struct sandbox sandbox;
    struct cgroup_counts counts;
    size_t passed_on; // of the supervisor's front frame
    bool passing;
    bool failed; // the sandbox could not be made, and has said so
    bool for_zygote;
} monitor;

static bool tell(enum frame_type type, const char *text) {
    static struct message message;
    message_begin(&message, type);
    put_text(&message, text);
    return message_send(&message, monitor.supervisor.descriptor);
}

// Blocks until the first frame is there, which has to be the configuration of a sandbox or of a zygote. It stays at the front.
static bool await_configuration(struct configuration *configuration) {
    struct frame frame;
    int found;
    while ((found = channel_peek(&monitor.supervisor, &frame)) == 0) {
        struct pollfd polled = {.fd = monitor.supervisor.descriptor, .events = POLLIN};
        if (poll(&polled, 1, -1) < 0 && errno != EINTR) return false;
        if (!channel_fill(&monitor.supervisor)) return false;
    }
    monitor.for_zygote = found == 1 && frame.type == FRAME_ZYGOTE;
    bool parsed = found == 1 && (frame.type == FRAME_CONFIGURE || monitor.for_zygote)
                      ? configuration_parse(configuration, frame.body, frame.length, NULL)
                      : fail("the first frame was no configuration");
    if (!parsed) tell(FRAME_FAILED, failure_reason());
    return parsed;
}

// What only the control groups know of an evaluation that is done.
static void add_limits(void) {
    struct cgroup_counts now = cgroup_read(&monitor.sandbox.cgroup);
    uint8_t *limits = monitor.sandbox_channel.buffer + DONE_LIMITS;
    if (now.memory_kills > monitor.counts.memory_kills) *limits |= LIMIT_MEMORY;
    if (now.refused_forks > monitor.counts.refused_forks) *limits |= LIMIT_PROCESSES;
    monitor.counts = now;
}

// Frames from the sandbox, whole, to the supervisor. False: one of the two is of no more use.
static bool serve_sandbox(void) {
    if (!channel_fill(&monitor.sandbox_channel)) return false;
    struct frame frame;
    int found;
    while ((found = channel_peek(&monitor.sandbox_channel, &frame)) == 1) {
        if (!is_from_sandbox(frame.type)) return false;
        monitor.failed |= frame.type == FRAME_FAILED;
        if (frame.type == FRAME_DONE && frame.length > DONE_LIMITS - FRAME_HEADER - 1) add_limits();
        if (!write_all(monitor.supervisor.descriptor, monitor.sandbox_channel.buffer, channel_front_size(&monitor.sandbox_channel)))
            return false;
        channel_drop(&monitor.sandbox_channel);
    }
    return found == 0;
}

// Passes on as much of the front request as fits: blocking here could wait for a sandbox that waits for us.
static bool pass_on(void) {
    size_t size = channel_front_size(&monitor.supervisor);
    ssize_t count =
        send(monitor.sandbox.socket, monitor.supervisor.buffer + monitor.passed_on, size - monitor.passed_on, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count < 0) return errno == EAGAIN || errno == EINTR;
    monitor.passed_on += (size_t)count;
    if (monitor.passed_on < size) return true;
    channel_drop(&monitor.supervisor);
    monitor.passed_on = 0;
    monitor.passing = false;
    return true;
}

// The next request, if it is whole. False: kill.
static bool take_request(void) {
    struct frame frame;
    int found = channel_peek(&monitor.supervisor, &frame);
    if (found == 0) return true;
    if (found < 0 || !is_for_sandbox(frame.type)) return false;
    monitor.passing = true;
    return true;
}

static bool serve_supervisor(void) { return channel_fill(&monitor.supervisor); }

static void relay(void) {
    bool going = true;
    while (going) {
        if (!monitor.passing && !take_request()) return;
        struct pollfd polled[2] = {
            {.fd = monitor.sandbox.socket, .events = (short)(POLLIN | (monitor.passing ? POLLOUT : 0))},
            {.fd = monitor.supervisor.descriptor, .events = monitor.passing ? 0 : POLLIN},
        };
        if (poll(polled, 2, -1) < 0 && errno != EINTR) return;
        if ((polled[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0) going = serve_sandbox();
        if (going && monitor.passing && (polled[0].revents & POLLOUT) != 0) going = pass_on();
        if (going && polled[1].revents != 0) going = serve_supervisor() && (polled[1].revents & POLLERR) == 0;
    }
}

void monitor_run(int zygote) {
    static struct configuration configuration;
    privileges_fix_memory_score();
    channel_open(&monitor.supervisor, SUPERVISOR_DESCRIPTOR, MAX_REQUEST);
    if (!await_configuration(&configuration)) return;
    if (monitor.for_zygote) {
        if (zygote >= 0) zygote_become(&configuration);
        tell(FRAME_FAILED, zygote >= 0 ? failure_reason() : "zygote: no descriptor for requests");
        return;
    }
    size_t length = channel_front_size(&monitor.supervisor);
    bool created = sandbox_create(&monitor.sandbox, &configuration, monitor.supervisor.buffer, length, zygote);
    channel_drop(&monitor.supervisor);
    if (zygote >= 0) close(zygote);
    if (created) {
        channel_open(&monitor.sandbox_channel, monitor.sandbox.socket, MAX_REPLY);
        relay();
    }
    unsigned long long kills = cgroup_read(&monitor.sandbox.cgroup).memory_kills;
    sandbox_destroy(&monitor.sandbox);
    if (!created) {
        tell(FRAME_FAILED, failure_reason());
    } else if (!monitor.failed) {
        tell(FRAME_EXITED, kills > monitor.counts.memory_kills ? "memory" : "ended");
    }
}
