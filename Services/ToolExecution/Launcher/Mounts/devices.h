// The few devices that programs cannot do without.
#ifndef LAUNCHER_DEVICES_H
#define LAUNCHER_DEVICES_H

#include <stdbool.h>

bool devices_build(void);

#endif
