#include "Landlock/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "Landlock/ground.h"
#include "Mounts/mounts.h"
#include "Protocol/failure.h"

// Newer than some kernels' headers.
struct ruleset {
    uint64_t files, network, scoped;
};

enum {
    ALL_OF_FIRST = (1 << 13) - 1, // rights of the first version
    REFER = 1 << 13,
    TRUNCATE = 1 << 14,
    IOCTL = 1 << 15,
    NETWORK_ALL = 3,
    SCOPED_ALL = 3,
    VERSION_TRUNCATE = 3,
    VERSION_NETWORK = 4,
    VERSION_IOCTL = 5,
    VERSION_SCOPED = 6,
};

enum {
    READ_FILE = LANDLOCK_ACCESS_FS_READ_FILE,
    READ = READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
    RUN = READ | LANDLOCK_ACCESS_FS_EXECUTE,
    USE_DEVICE = READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | TRUNCATE | IOCTL,
    // What can be done to files and folders, but no devices made.
    OWN = (ALL_OF_FIRST & ~(LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK)) | REFER | TRUNCATE | IOCTL,
    OF_A_FILE = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | READ_FILE | TRUNCATE | IOCTL,
};

static const char *const programs[] = {"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"};
static const char *const devices[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"};
static const char *const machine[] = {
    "/proc/meminfo", "/proc/cpuinfo", "/proc/stat", "/proc/loadavg", "/proc/uptime", "/proc/version", "/proc/filesystems",
    "/sys/devices/system/cpu/online", "/sys/kernel/mm/transparent_hugepage/hpage_pmd_size",
};

// Of a payload's own /proc folder, which also shows the host's networks.
static const char *const of_itself[] = {"fd", "fdinfo", "maps", "smaps", "stat", "statm", "status", "cmdline", "comm", "auxv", "limits"};

static int version(void) { return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION); }

bool landlock_suffices(bool own_user) {
    int found = version();
    if (found < 0) return fail_errno("landlock: not to be had");
    if (found < VERSION_TRUNCATE) return fail("landlock: version %d of this kernel does not cover truncation (Linux 6.2)", found);
    if (!own_user && found < VERSION_SCOPED) {
        return fail("landlock: version %d of this kernel does not keep signals in (Linux 6.12), which is needed without root", found);
    }
    return true;
}

static uint64_t handled(void) {
    int found = version();
    return ALL_OF_FIRST | REFER | TRUNCATE | (found >= VERSION_IOCTL ? IOCTL : 0);
}

// A path that is not there needs no rule.
static bool allow(int rules, const char *path, uint64_t access) {
    int place = open(path, O_PATH | O_CLOEXEC);
    if (place < 0) return true;
    struct stat status;
    bool is_folder = fstat(place, &status) == 0 && S_ISDIR(status.st_mode);
    struct landlock_path_beneath_attr rule = {.allowed_access = access & handled() & (is_folder ? ~0ull : OF_A_FILE), .parent_fd = place};
    bool added = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
    if (!added) fail_errno("landlock: %s", path);
    close(place);
    return added;
}

static bool allow_all(int rules, const char *const *paths, size_t count, uint64_t access) {
    for (size_t i = 0; i < count; i++) {
        if (!allow(rules, paths[i], access)) return false;
    }
    return true;
}

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

static int make_rules(struct ruleset ruleset) {
    int found = version();
    if (found < VERSION_NETWORK) ruleset.network = 0;
    if (found < VERSION_SCOPED) ruleset.scoped = 0;
    size_t size = found >= VERSION_SCOPED ? sizeof ruleset : found >= VERSION_NETWORK ? offsetof(struct ruleset, scoped) : sizeof(uint64_t);
    int rules = (int)syscall(SYS_landlock_create_ruleset, &ruleset, size, 0);
    if (rules < 0) fail_errno("landlock: a rule set");
    return rules;
}

static bool enforce(int rules, bool complete) {
    bool enforced = complete && (syscall(SYS_landlock_restrict_self, rules, 0) == 0 || fail_errno("landlock: enforcing"));
    close(rules);
    return enforced;
}

// What can be read beside the system's programs, and which folders are the sandbox's own.
struct reach {
    const char *const *readable, *const *own;
    size_t readable_count, own_count;
};

static bool restrict_to(struct reach reach) {
    int rules = make_rules((struct ruleset){.files = handled(), .network = NETWORK_ALL, .scoped = SCOPED_ALL});
    if (rules < 0) return false;
    size_t etc_count;
    const char *const *etc = mounts_etc_files(&etc_count);
    bool complete = allow_all(rules, programs, COUNT(programs), RUN) && allow_all(rules, etc, etc_count, READ)
                    && allow_all(rules, devices, COUNT(devices), USE_DEVICE)
                    && allow_all(rules, reach.readable, reach.readable_count, READ) && allow_all(rules, reach.own, reach.own_count, OWN);
    return enforce(rules, complete);
}

bool landlock_restrict_first(const char *base) {
    static const char *const all[] = {"/proc", "/sys/devices/system/cpu/online", "/sys/kernel/mm/transparent_hugepage/hpage_pmd_size"};
    return restrict_to((struct reach){.readable = all, .readable_count = COUNT(all), .own = &base, .own_count = 1});
}

bool landlock_restrict_payload(void) {
    const char *readable[COUNT(machine) + COUNT(of_itself) + 1];
    char self[COUNT(of_itself)][32], drivers[PATH_MAX], home[PATH_MAX], temporary[PATH_MAX];
    const char *own[] = {ground_path("/home/user", home), ground_path("/tmp", temporary)};
    for (size_t i = 0; i < COUNT(machine); i++) readable[i] = machine[i];
    for (size_t i = 0; i < COUNT(of_itself); i++) {
        snprintf(self[i], sizeof self[i], "/proc/%d/%s", getpid(), of_itself[i]);
        readable[COUNT(machine) + i] = self[i];
    }
    readable[COUNT(machine) + COUNT(of_itself)] = ground_path("/run/drivers", drivers);
    return restrict_to((struct reach){.readable = readable, .readable_count = COUNT(readable), .own = own, .own_count = COUNT(own)});
}
