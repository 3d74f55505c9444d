#include "Files/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "Landlock/ground.h"
#include "Protocol/protocol.h"

static const char *const roots[] = {"/home/user", "/tmp"};

int path_open_below(int folder, const char *path, uint64_t flags, mode_t mode) {
    struct open_how how = {
        .flags = flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
        .mode = (flags & O_CREAT) != 0 ? mode : 0,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
    };
    if ((flags & O_PATH) != 0) how.flags &= ~(uint64_t)(O_NOCTTY | O_NONBLOCK);
    return (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
}

// The folder that a path starts from; the path becomes what is below it.
static int open_root(const char **path) {
    const char *root = roots[0];
    if ((*path)[0] == '/') {
        size_t i = 0, count = sizeof roots / sizeof roots[0], length = 0;
        for (; i < count; i++) {
            length = strlen(roots[i]);
            if (strncmp(*path, roots[i], length) == 0 && ((*path)[length] == '/' || (*path)[length] == 0)) break;
        }
        if (i == count) {
            errno = EXDEV;
            return -1;
        }
        root = roots[i];
        *path += length;
        while ((*path)[0] == '/') *path += 1;
    }
    if ((*path)[0] == 0) *path = ".";
    char real[PATH_MAX];
    return open(ground_path(root, real), O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static void close_quietly(int descriptor) {
    int error = errno;
    close(descriptor);
    errno = error;
}

int path_open(const char *path, uint64_t flags, mode_t mode) {
    int root = open_root(&path);
    if (root < 0) return -1;
    int file = path_open_below(root, path, flags, mode);
    close_quietly(root);
    return file;
}

int path_place(const char *path, struct place *place) {
    static char parent[MAX_PATH_LENGTH];
    int root = open_root(&path);
    if (root < 0) return -1;
    size_t length = strlen(path);
    while (length > 0 && path[length - 1] == '/') length--;
    size_t start = length;
    while (start > 0 && path[start - 1] != '/') start--;
    static char name[MAX_PATH_LENGTH];
    bool fits = length < sizeof parent;
    if (fits) {
        memcpy(name, path + start, length - start);
        name[length - start] = 0;
        memcpy(parent, path, start);
        parent[start] = 0;
    }
    if (!fits || name[0] == 0 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        close(root);
        errno = EINVAL;
        return -1;
    }
    place->name = name;
    place->folder = path_open_below(root, start == 0 ? "." : parent, O_PATH | O_DIRECTORY, 0);
    close_quietly(root);
    return place->folder < 0 ? -1 : 0;
}

int path_make_folders(const char *path) {
    static char rest[MAX_PATH_LENGTH];
    int folder = open_root(&path);
    if (folder < 0) return -1;
    if (strlen(path) >= sizeof rest) {
        close(folder);
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(rest, path);
    int made = 0;
    char *next = rest;
    while (next != NULL && folder >= 0) {
        const char *name = strsep(&next, "/");
        if (name[0] == 0) continue;
        made = mkdirat(folder, name, 0755) == 0;
        int below = path_open_below(folder, name, O_PATH | O_DIRECTORY, 0);
        close_quietly(folder);
        folder = below;
    }
    if (folder < 0) return -1;
    close(folder);
    return made;
}
