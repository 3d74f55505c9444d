#include "Main/probe.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "Monitor/sandbox.h"
#include "Protocol/configuration.h"
#include "Protocol/failure.h"
#include "Protocol/protocol.h"

static void print_refusal(const char *reason, size_t length) {
    fputs("{\"tier\":\"none\",\"reason\":\"", stdout);
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)reason[i];
        if (byte == '"' || byte == '\\') putchar('\\');
        putchar(byte < 0x20 ? ' ' : byte);
    }
    fputs("\"}\n", stdout);
}

int probe_run(const char *tier) {
    static struct configuration configuration;
    static struct sandbox sandbox = {.first = {.handle = -1}, .socket = -1};
    for (int i = 0; i < GROUP_HANDLES; i++) sandbox.cgroup.handles[i] = -1;
    sandbox.cgroup.memory_events = sandbox.cgroup.process_events = -1;
    struct message configure;
    message_begin(&configure, FRAME_CONFIGURE);
    put_text(&configure, tier);
    message_close(&configure);
    bool created = configuration_parse(&configuration, tier, strlen(tier), NULL)
                   && sandbox_create(&sandbox, &configuration, configure.bytes, configure.length, -1);
    if (!created) {
        sandbox_destroy(&sandbox);
        print_refusal(failure_reason(), strlen(failure_reason()));
        return 1;
    }
    struct channel channel;
    struct frame frame = {0};
    channel_open(&channel, sandbox.socket, MAX_REPLY);
    int found;
    while ((found = channel_peek(&channel, &frame)) == 0) {
        struct pollfd polled = {.fd = sandbox.socket, .events = POLLIN};
        if (poll(&polled, 1, 5000) <= 0 || !channel_fill(&channel)) break;
    }
    bool ready = found == 1 && frame.type == FRAME_READY;
    if (ready) {
        printf("%.*s\n", (int)frame.length, (const char *)frame.body);
    } else if (found == 1) {
        print_refusal((const char *)frame.body, frame.length);
    } else {
        print_refusal("the sandbox ended before it was ready", 37);
    }
    sandbox_destroy(&sandbox);
    return ready ? 0 : 1;
}
