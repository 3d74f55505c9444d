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

// Most of the time those above are there already.
static bool make_folders(char *path) {
    if (mkdir(path, 0755) == 0 || errno == EEXIST) return true;
    char *slash = errno == ENOENT ? strrchr(path, '/') : NULL;
    if (slash == NULL) return fail_errno("tree: %s", path);
    *slash = 0;
    bool made = make_folders(path);
    *slash = '/';
    return made && (mkdir(path, 0755) == 0 || errno == EEXIST || fail_errno("tree: %s", path));
}

static bool make_first(const char *path, size_t length) {
    char folder[PATH_MAX];
    if (length >= sizeof folder) return fail("tree: a path that is too long");
    memcpy(folder, path, length);
    folder[length] = 0;
    return make_folders(folder);
}

bool tree_folder(const char *path) { return make_first(path, strlen(path)); }

static int create(const char *path) { return open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644); }

bool tree_write(const char *path, const char *text, size_t length) {
    int file = create(path);
    const char *slash = strrchr(path, '/');
    if (file < 0 && errno == ENOENT && slash != NULL && make_first(path, (size_t)(slash - path))) file = create(path);
    if (file < 0) return fail_errno("tree: %s", path);
    bool complete = length == 0 || write(file, text, length) == (ssize_t)length;
    close(file);
    return complete || fail("tree: %s could not be written", path);
}

bool tree_copy(const char *path, int source) {
    static char text[MAX_DRIVER];
    ssize_t length = pread(source, text, sizeof text, 0);
    return length >= 0 ? tree_write(path, text, (size_t)length) : fail_errno("tree: reading for %s", path);
}

bool tree_cover(const char *source, const char *path, unsigned attributes) {
    int tree = open_tree(AT_FDCWD, source, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
    if (tree < 0) return fail_errno("tree: cloning %s", source);
    struct mount_attr wanted = {.attr_set = attributes};
    bool done =
        (mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &wanted, sizeof wanted) == 0 || fail_errno("tree: closing %s", source))
        && (move_mount(tree, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH) == 0 || fail_errno("tree: placing %s", path));
    close(tree);
    return done;
}

bool tree_bind(const char *source, const char *path, unsigned attributes) {
    struct stat status;
    if (stat(source, &status) != 0) return fail_errno("tree: %s", source);
    if (access(path, F_OK) != 0 && !(S_ISDIR(status.st_mode) ? tree_folder(path) : tree_write(path, "", 0))) return false;
    return tree_cover(source, path, attributes);
}
