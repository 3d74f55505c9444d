#include "Privileges/privileges.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "Protocol/failure.h"

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
