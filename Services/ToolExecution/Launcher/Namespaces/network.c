#include "Namespaces/network.h"

#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "Protocol/failure.h"

bool network_raise_loopback(void) {
    int handle = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
    bool raised = handle >= 0 && ioctl(handle, SIOCSIFFLAGS, &request) == 0;
    if (!raised) fail_errno("network: loopback");
    if (handle >= 0) close(handle);
    return raised;
}
