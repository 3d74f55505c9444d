#include "privileges.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "failure.h"

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

bool privileges_renounce(unsigned kept) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    unsigned set = ((kept & KEEP_FILES) != 0 ? 1u << CAP_DAC_OVERRIDE : 0) | ((kept & KEEP_KILL) != 0 ? 1u << CAP_KILL : 0);
    struct __user_cap_data_struct data[2] = {{.permitted = set, .effective = set}};
    if (syscall(SYS_capset, &header, data) != 0) return fail_errno("privileges: capabilities");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return fail_errno("privileges: no_new_privs");
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return fail_errno("privileges: dumpable");
    return true;
}

void privileges_narrow(void) {
    for (unsigned long capability = 0; prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0; capability++) continue;
}

void privileges_fix_memory_score(void) {
    int file = open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC);
    char text[16] = {0};
    if (file < 0) return;
    if (read(file, text, sizeof text - 1) <= 0 || text[0] == '-') strcpy(text, "0");
    if (pwrite(file, text, strlen(text), 0) < 0) errno = 0; // then it stays as it is
    close(file);
}

bool privileges_drop(void) {
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) return fail_errno("privileges: ambient set");
    for (unsigned long capability = 0; prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0; capability++) continue;
    if (errno != EINVAL) return fail_errno("privileges: bounding set");
    unsigned long bits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP | SECBIT_NO_SETUID_FIXUP_LOCKED
                         | SECBIT_KEEP_CAPS_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;
    if (prctl(PR_SET_SECUREBITS, bits, 0, 0, 0) != 0) return fail_errno("privileges: secure bits");
    return privileges_renounce(0);
}
