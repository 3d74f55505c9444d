#include "probe.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "configuration.h"
#include "failure.h"
#include "protocol.h"
#include "sandbox.h"

static void print_refusal(const char *reason, size_t length) {
    fputs("{\"tier\":\"none\",\"reason\":\"", stdout);
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)reason[i];
        if (byte == '"' || byte == '\\') putchar('\\');
        putchar(byte < 0x20 ? ' ' : byte);
    }
    fputs("\"}\n", stdout);
}

int probe_run(void) {
    static struct configuration configuration;
    struct sandbox sandbox;
    configuration_parse(&configuration, "", 0, NULL);
    static const uint8_t configure[] = {0, 0, 0, 1, FRAME_CONFIGURE};
    if (!sandbox_create(&sandbox, &configuration, configure, sizeof configure, -1)) {
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
