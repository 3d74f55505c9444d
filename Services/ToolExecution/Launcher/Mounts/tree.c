#include "Mounts/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "Protocol/configuration.h"
#include "Protocol/failure.h"

static bool make_folders(const char *path, size_t length) {
    char partial[PATH_MAX];
    if (length >= sizeof partial) return fail("tree: a path that is too long");
    memcpy(partial, path, length);
    partial[length] = 0;
    for (char *slash = strchr(partial + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        if (mkdir(partial, 0755) != 0 && errno != EEXIST) return fail_errno("tree: %s", partial);
        *slash = '/';
    }
    if (mkdir(partial, 0755) != 0 && errno != EEXIST) return fail_errno("tree: %s", partial);
    return true;
}

static bool make_parents(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL || make_folders(path, (size_t)(slash - path));
}

bool tree_folder(const char *path) { return make_folders(path, strlen(path)); }

bool tree_write(const char *path, const char *text, size_t length) {
    if (!make_parents(path)) return false;
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (file < 0) return fail_errno("tree: %s", path);
    ssize_t count = write(file, text, length);
    close(file);
    return count == (ssize_t)length || fail("tree: %s could not be written", path);
}

bool tree_copy(const char *path, int source) {
    static char text[MAX_DRIVER];
    ssize_t length = pread(source, text, sizeof text, 0);
    return length >= 0 ? tree_write(path, text, (size_t)length) : fail_errno("tree: reading for %s", path);
}

bool tree_bind(const char *source, const char *path, unsigned attributes) {
    struct stat status;
    if (stat(source, &status) != 0) return fail_errno("tree: %s", source);
    if (access(path, F_OK) != 0 && !(S_ISDIR(status.st_mode) ? tree_folder(path) : tree_write(path, "", 0))) return false;
    int tree = open_tree(AT_FDCWD, source, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
    if (tree < 0) return fail_errno("tree: cloning %s", source);
    struct mount_attr wanted = {.attr_set = attributes};
    bool done =
        (mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &wanted, sizeof wanted) == 0 || fail_errno("tree: closing %s", source))
        && (move_mount(tree, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH) == 0 || fail_errno("tree: placing %s", path));
    close(tree);
    return done;
}
