// The sandbox launcher. Without arguments it serves a supervisor on descriptor 3 (PROTOCOL.md); `--probe` tells what this machine
// allows; `--sweep` removes what a killed launcher left. It is single-threaded, so that cloning into namespaces is safe.
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ControlGroups/cgroup.h"
#include "Landlock/ground.h"
#include "Main/probe.h"
#include "Monitor/monitor.h"
#include "Protocol/protocol.h"

enum { USAGE_ERROR = 64 };

// Nothing that was inherited by accident goes on into a sandbox.
static void close_inherited(unsigned first) { close_range(first, ~0u, 0); }

static bool is_packet_socket(int descriptor) {
    int type = 0;
    socklen_t size = sizeof type;
    return getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET;
}

static void silence(void) {
    int nothing = open("/dev/null", O_RDWR);
    for (int descriptor = 0; descriptor <= 2; descriptor++) {
        if (nothing < 0 || dup2(nothing, descriptor) < 0) close(descriptor);
    }
    if (nothing > 2) close(nothing);
}

int main(int count, char **arguments) {
    clearenv();
    signal(SIGPIPE, SIG_IGN);
    if ((count == 2 || count == 3) && strcmp(arguments[1], "--probe") == 0) {
        static char tier[64];
        if (count == 3) snprintf(tier, sizeof tier, "tier\t%s", arguments[2]);
        close_inherited(3);
        return probe_run(tier);
    }
    if (count == 2 && strcmp(arguments[1], "--sweep") == 0) {
        cgroup_sweep();
        ground_sweep();
        return 0;
    }
    if (count != 1 || fcntl(SUPERVISOR_DESCRIPTOR, F_GETFD) < 0) {
        fputs("usage: launcher [--probe [namespaces | landlock] | --sweep]; without either, a supervisor's socket is expected as "
              "descriptor 3\n",
              stderr);
        return USAGE_ERROR;
    }
    int zygote = is_packet_socket(ZYGOTE_DESCRIPTOR) ? ZYGOTE_DESCRIPTOR : -1;
    close_inherited(zygote < 0 ? ZYGOTE_DESCRIPTOR : ZYGOTE_DESCRIPTOR + 1);
    silence();
    monitor_run(zygote);
    return 0;
}
