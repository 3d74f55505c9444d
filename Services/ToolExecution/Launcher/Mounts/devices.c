#include "Mounts/devices.h"

#include <sys/mount.h>
#include <unistd.h>

#include "Mounts/tree.h"
#include "Protocol/failure.h"

static const char *const nodes[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"};

static const struct {
    const char *target, *path;
} links[] = {
    {"/proc/self/fd", "dev/fd"},       {"/proc/self/fd/0", "dev/stdin"}, {"/proc/self/fd/1", "dev/stdout"},
    {"/proc/self/fd/2", "dev/stderr"}, {"pts/ptmx", "dev/ptmx"},
};

bool devices_build(void) {
    for (size_t i = 0; i < sizeof nodes / sizeof nodes[0]; i++) {
        if (!tree_bind(nodes[i], nodes[i] + 1, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC)) return false;
    }
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        if (symlink(links[i].target, links[i].path) != 0) return fail_errno("devices: %s", links[i].path);
    }
    if (!tree_folder("dev/pts") || !tree_folder("dev/shm")) return false;
    if (mount("devpts", "dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620") != 0) {
        return fail_errno("devices: a terminal file system");
    }
    return true;
}
