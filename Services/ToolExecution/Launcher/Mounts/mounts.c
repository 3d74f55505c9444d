#include "Mounts/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "Mounts/devices.h"
#include "Mounts/tree.h"
#include "Protocol/failure.h"

// Links where the host has links (a merged /usr), the folders themselves where it has folders.
static const char *const system_folders[] = {"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"};

// The few files of /etc without which the loader, the languages or TLS do not work.
static const char *const etc_files[] = {
    "/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime", "/etc/ssl/openssl.cnf", "/etc/ssl/certs/ca-certificates.crt",
    "/etc/mime.types",  "/etc/python3.11",   "/etc/services",  "/etc/protocols",
};

static const struct {
    const char *path, *text;
} generated_files[] = {
    {"etc/passwd", "root:x:0:0:root:/root:/usr/sbin/nologin\nuser:x:1000:1000:user:/home/user:/bin/bash\nnobody:x:65534:65534:nobody:/:/"
                   "usr/sbin/nologin\n"},
    {"etc/group", "root:x:0:\nuser:x:1000:\nnogroup:x:65534:\n"},
    {"etc/hosts", "127.0.0.1 localhost sandbox\n::1 localhost\n"},
    {"etc/hostname", "sandbox\n"},
    {"etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n"},
    {"etc/resolv.conf", ""},
};

// Of a fresh /proc: what concerns the machine, not the sandbox.
static const char *const proc_read_only[] = {"proc/sys", "proc/irq", "proc/bus", "proc/fs", "proc/sysrq-trigger"};
static const char *const proc_masked[] = {
    "proc/keys",       "proc/key-users",    "proc/kcore",      "proc/kallsyms",    "proc/kmsg",          "proc/timer_list",
    "proc/cmdline",    "proc/config.gz",    "proc/modules",    "proc/sched_debug", "proc/latency_stats", "proc/vmallocinfo",
    "proc/slabinfo",   "proc/pagetypeinfo", "proc/kpagecount", "proc/kpageflags",  "proc/kpagecgroup",   "proc/interrupts",
    "proc/partitions", "proc/diskstats",    "proc/mdstat",
};

static bool bind_system(void) {
    if (!tree_bind("/usr", "usr", MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)) return false;
    for (size_t i = 0; i < sizeof system_folders / sizeof system_folders[0]; i++) {
        const char *folder = system_folders[i];
        char target[PATH_MAX];
        ssize_t length = readlink(folder, target, sizeof target - 1);
        if (length > 0) {
            target[length] = 0;
            if (symlink(target, folder + 1) != 0) return fail_errno("mounts: link %s", folder);
        } else if (access(folder, F_OK) == 0) {
            if (!tree_bind(folder, folder + 1, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)) return false;
        }
    }
    return true;
}

const char *const *mounts_etc_files(size_t *count) {
    *count = sizeof etc_files / sizeof etc_files[0];
    return etc_files;
}

static bool bind_etc(void) {
    for (size_t i = 0; i < sizeof etc_files / sizeof etc_files[0]; i++) {
        if (access(etc_files[i], R_OK) != 0) continue;
        if (!tree_bind(etc_files[i], etc_files[i] + 1, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)) return false;
    }
    for (size_t i = 0; i < sizeof generated_files / sizeof generated_files[0]; i++) {
        if (!tree_write(generated_files[i].path, generated_files[i].text, strlen(generated_files[i].text))) return false;
    }
    return true;
}

static bool bind_chosen(const struct configuration *configuration) {
    for (size_t i = 0; i < configuration->bind_count; i++) {
        const char *path = configuration->binds[i];
        if (!tree_bind(path, path + 1, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)) return false;
    }
    for (size_t i = 0; i < configuration->interpreter_count; i++) {
        const struct interpreter_entry *entry = &configuration->interpreters[i];
        if (!tree_copy(entry->place + 1, entry->driver)) return false;
        close(entry->driver);
    }
    return true;
}

// One bounded file system behind all three places, so that the disk limit is one number.
static bool mount_writable(const struct configuration *configuration) {
    static const struct {
        const char *within, *place;
        mode_t mode;
    } parts[] = {{"tmp/home", "home/user", 0755}, {"tmp/shm", "dev/shm", 01777}, {"tmp/tmp", "tmp", 01777}};
    char options[128];
    snprintf(options, sizeof options, "size=%llu,nr_inodes=%llu,mode=0755", (unsigned long long)configuration->disk_bytes,
             (unsigned long long)configuration->disk_inodes);
    if (!tree_folder("tmp") || !tree_folder("home/user")) return false;
    if (mount("scratch", "tmp", "tmpfs", MS_NOSUID | MS_NODEV, options) != 0) return fail_errno("mounts: scratch");
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (mkdir(parts[i].within, 0755) != 0 || chmod(parts[i].within, parts[i].mode) != 0)
            return fail_errno("mounts: %s", parts[i].place);
        if (!tree_bind(parts[i].within, parts[i].place, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)) return false;
    }
    // What is saved for the user goes here; code need not make the folder first.
    if (mkdir("home/user/out", 0755) != 0) return fail_errno("mounts: home/user/out");
    return true;
}

static bool mount_proc(void) {
    if (!tree_folder("proc")) return false;
    // The kernel gives a fresh /proc only to those who can see the whole of another: the host's must still be mounted here.
    if (mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0) return fail_errno("mounts: a fresh /proc");
    unsigned closed = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
    for (size_t i = 0; i < sizeof proc_read_only / sizeof proc_read_only[0]; i++) {
        if (access(proc_read_only[i], F_OK) == 0 && !tree_cover(proc_read_only[i], proc_read_only[i], closed)) return false;
    }
    for (size_t i = 0; i < sizeof proc_masked / sizeof proc_masked[0]; i++) {
        if (access(proc_masked[i], F_OK) == 0
            && !tree_cover("dev/null", proc_masked[i], MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC))
            return false;
    }
    return true;
}

// After this nothing of the host's tree can be named, not even through `..` of an open folder.
static bool leave_host(void) {
    if (syscall(SYS_pivot_root, ".", ".") != 0) return fail_errno("mounts: pivot_root");
    if (umount2(".", MNT_DETACH) != 0) return fail_errno("mounts: detaching the host's tree");
    if (chdir("/") != 0) return fail_errno("mounts: the new root");
    struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV};
    if (mount_setattr(AT_FDCWD, "/", 0, &attributes, sizeof attributes) != 0) return fail_errno("mounts: closing the root");
    return true;
}

bool mounts_build(const struct configuration *configuration) {
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) return fail_errno("mounts: private propagation");
    // Any folder will do to build in. /run is chosen because nothing that is bound lies there.
    if (mount("root", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "size=1m,nr_inodes=512,mode=0755") != 0) return fail_errno("mounts: the root");
    if (chdir("/run") != 0) return fail_errno("mounts: the root");
    return bind_system() && bind_etc() && devices_build() && mount_writable(configuration) && mount_proc() && bind_chosen(configuration)
           && leave_host();
}
