#include "Limits/resource_limits.h"

#include <errno.h>
#include <stddef.h>
#include <sys/resource.h>

#include "Protocol/failure.h"

bool limits_apply(const struct configuration *configuration, unsigned long spare_processes) {
    rlim_t processes = configuration->processes + spare_processes;
    const struct {
        int resource;
        rlim_t value;
    } limits[] = {
        // Data, not address space: Go, Node and WebAssembly reserve terabytes that they never touch.
        {RLIMIT_DATA, configuration->memory_bytes},
        {RLIMIT_NPROC, processes},
        {RLIMIT_NOFILE, configuration->open_files},
        {RLIMIT_FSIZE, configuration->disk_bytes},
        {RLIMIT_CORE, 0},
        {RLIMIT_MEMLOCK, 65536},
        {RLIMIT_MSGQUEUE, 0},
        {RLIMIT_NICE, 0},
        {RLIMIT_RTPRIO, 0},
    };
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        struct rlimit current;
        if (getrlimit((__rlimit_resource_t)limits[i].resource, &current) != 0) return fail_errno("limits: %d", limits[i].resource);
        rlim_t value = limits[i].value < current.rlim_max ? limits[i].value : current.rlim_max;
        struct rlimit wanted = {.rlim_cur = value, .rlim_max = value};
        if (setrlimit((__rlimit_resource_t)limits[i].resource, &wanted) != 0) return fail_errno("limits: %d", limits[i].resource);
    }
    return true;
}
