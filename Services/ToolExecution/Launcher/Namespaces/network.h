// The sandbox's own network namespace, which holds a loopback device and nothing else.
#ifndef LAUNCHER_NETWORK_H
#define LAUNCHER_NETWORK_H

#include <stdbool.h>

bool network_raise_loopback(void);

#endif
