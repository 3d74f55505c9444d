#include "Namespaces/identity.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "Protocol/failure.h"

// A slot is held by an abstract socket's name: the kernel lets go of it when this process is gone, however it went,
// and every launcher of the machine sees it, whichever supervisor started it.
static int hold_slot(unsigned slot) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int length = snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "sandbox.slot.%u", slot);
    int holder = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (holder < 0) return -1;
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
    if (bind(holder, (struct sockaddr *)&address, size) == 0) return holder;
    close(holder);
    return -1;
}

// In a rootless container root has few ids to give away, and is itself an ordinary user of the host.
static bool slots_exist(void) {
    FILE *file = fopen("/proc/self/uid_map", "re");
    if (file == NULL) return false;
    unsigned long long inside, outside, count;
    bool found = false;
    while (!found && fscanf(file, "%llu %llu %llu", &inside, &outside, &count) == 3) {
        found = inside <= FIRST_SLOT_ID && inside + count >= FIRST_SLOT_ID + SLOT_COUNT;
    }
    fclose(file);
    return found;
}

bool identity_choose(struct identity *identity) {
    identity->own_user = geteuid() == 0 && slots_exist();
    identity->user = geteuid();
    identity->group = getegid();
    identity->holder = -1;
    if (!identity->own_user) return true;
    if (setgroups(0, NULL) != 0) return fail_errno("identity: dropping supplementary groups");
    unsigned start = (unsigned)getpid() % SLOT_COUNT;
    for (unsigned step = 0; step < 4096; step++) {
        unsigned slot = (start + step) % SLOT_COUNT;
        identity->holder = hold_slot(slot);
        if (identity->holder < 0) continue;
        identity->user = FIRST_SLOT_ID + slot;
        identity->group = FIRST_SLOT_ID + slot;
        return true;
    }
    return fail("identity: no free user slot");
}

static bool write_file(pid_t process, const char *name, const char *text) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", process, name);
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0) return fail_errno("identity: %s", name);
    size_t length = strlen(text);
    ssize_t count = write(file, text, length);
    if (count != (ssize_t)length) fail_errno("identity: writing %s", name);
    close(file);
    return count == (ssize_t)length;
}

bool identity_map(const struct identity *identity, pid_t process) {
    char users[64], groups[64];
    snprintf(users, sizeof users, "%d %u 1\n", INSIDE_ID, identity->user);
    snprintf(groups, sizeof groups, "%d %u 1\n", INSIDE_ID, identity->group);
    return write_file(process, "setgroups", "deny") && write_file(process, "uid_map", users) && write_file(process, "gid_map", groups);
}

bool identity_become(const struct identity *identity) {
    if (!identity->own_user) return true;
    if (setresgid(identity->group, identity->group, identity->group) != 0) return fail_errno("identity: group");
    if (setresuid(identity->user, identity->user, identity->user) != 0) return fail_errno("identity: user");
    return true;
}

bool identity_keep(const struct identity *identity) {
    return identity->holder < 0 || fcntl(identity->holder, F_SETFD, 0) == 0 || fail_errno("identity: keeping the slot");
}

bool identity_is_bare_root(const struct identity *identity) {
    FILE *file = geteuid() == 0 && !identity->own_user ? fopen("/proc/self/uid_map", "re") : NULL;
    if (file == NULL) return false;
    unsigned long long inside, outside, count;
    bool found = false;
    while (fscanf(file, "%llu %llu %llu", &inside, &outside, &count) == 3) found |= inside == 0 && outside == 0;
    fclose(file);
    return found;
}

// The owner of its folder in /proc does not tell whose a process is: what may not be looked into, as launchers, belongs to root there.
static unsigned long own_threads(int processes, const char *process) {
    char path[300], line[128];
    snprintf(path, sizeof path, "%s/status", process);
    int descriptor = openat(processes, path, O_RDONLY | O_CLOEXEC);
    FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "r");
    unsigned long user = 0, threads = 0, number;
    bool found = false;
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "Uid: %lu", &number) == 1) {
            user = number;
            found = true;
        }
        if (sscanf(line, "Threads: %lu", &number) == 1) threads = number;
    }
    if (file != NULL) fclose(file);
    return found && user == getuid() ? threads : 0;
}

unsigned long identity_threads(void) {
    unsigned long count = 0;
    DIR *processes = opendir("/proc");
    struct dirent *entry;
    while (processes != NULL && (entry = readdir(processes)) != NULL) {
        if (isdigit((unsigned char)entry->d_name[0])) count += own_threads(dirfd(processes), entry->d_name);
    }
    if (processes != NULL) closedir(processes);
    return count;
}

bool identity_assume(void) {
    if (setresgid(INSIDE_ID, INSIDE_ID, INSIDE_ID) != 0) return fail_errno("identity: group");
    if (setresuid(INSIDE_ID, INSIDE_ID, INSIDE_ID) != 0) return fail_errno("identity: user");
    return true;
}
