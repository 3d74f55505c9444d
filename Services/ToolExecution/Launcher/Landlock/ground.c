#include "Landlock/ground.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "Protocol/failure.h"

// Deeper folders are brought up before they are removed, so that no depth uses up descriptors.
enum { MAX_REMOVAL_DEPTH = 64, MAX_COUNTED_DEPTH = 256, MAX_COUNTED = 100000 };

static char ground[GROUND_LENGTH];

static const struct {
    const char *path, *below;
} places[] = {{"/home/user", "/home"}, {"/tmp", "/tmp"}, {"/run/drivers", "/drivers"}};

bool ground_make(char base[GROUND_LENGTH], uid_t user, gid_t group) {
    snprintf(base, GROUND_LENGTH, "/tmp/sandbox-%d-XXXXXX", getpid());
    if (mkdtemp(base) == NULL) {
        base[0] = 0;
        return fail_errno("landlock: a folder in /tmp");
    }
    if (user != geteuid() && chown(base, user, group) != 0) {
        fail_errno("landlock: giving away %s", base);
        rmdir(base);
        base[0] = 0;
        return false;
    }
    return true;
}

void ground_use(const char *base) { snprintf(ground, sizeof ground, "%s", base); }

bool ground_is_shared(void) { return ground[0] != 0; }

const char *ground_path(const char *path, char real[PATH_MAX]) {
    for (size_t i = 0; ground_is_shared() && i < sizeof places / sizeof places[0]; i++) {
        size_t length = strlen(places[i].path);
        if (strncmp(path, places[i].path, length) != 0 || (path[length] != '/' && path[length] != 0)) continue;
        snprintf(real, PATH_MAX, "%s%s%s", ground, places[i].below, path + length);
        return real;
    }
    return path;
}

static int open_folder(int parent, const char *name) {
    int folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder >= 0 || errno != EACCES) return folder;
    // By its name another could take its place meanwhile, even a link to a file of the host.
    int place = openat(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (place < 0) return -1;
    char itself[64];
    snprintf(itself, sizeof itself, "/proc/self/fd/%d", place);
    folder = chmod(itself, 0700) == 0 ? openat(place, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    close(place);
    return folder;
}

static void empty(int root, int folder, int depth) {
    if (fchmod(folder, 0700) != 0) errno = 0; // then what cannot be removed stays
    DIR *directory = fdopendir(folder);
    struct dirent *entry;
    static unsigned long long moved;
    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        if (unlinkat(folder, entry->d_name, 0) == 0 || (errno != EISDIR && errno != EPERM)) continue;
        if (depth == MAX_REMOVAL_DEPTH) {
            char name[32];
            snprintf(name, sizeof name, ".deep-%llu", moved++);
            if (renameat(folder, entry->d_name, root, name) != 0) errno = 0;
            continue;
        }
        int below = open_folder(folder, entry->d_name);
        if (below >= 0) empty(root, below, depth + 1);
        unlinkat(folder, entry->d_name, AT_REMOVEDIR);
    }
    if (directory != NULL) closedir(directory);
}

void ground_remove(const char *base) {
    // What was brought up may have been passed already: once more, as often as there was something.
    for (int attempt = 0; base[0] != 0 && attempt < 1000 && rmdir(base) != 0 && errno == ENOTEMPTY; attempt++) {
        int root = open_folder(AT_FDCWD, base), folder = root < 0 ? -1 : fcntl(root, F_DUPFD_CLOEXEC, 3);
        if (folder >= 0) empty(root, folder, 0);
        if (root >= 0) close(root);
    }
}

void ground_sweep(void) {
    DIR *directory = opendir("/tmp");
    struct dirent *entry;
    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        char *end = NULL;
        if (strncmp(entry->d_name, "sandbox-", 8) != 0) continue;
        long launcher = strtol(entry->d_name + 8, &end, 10);
        // Its launcher lives, or it is not one of ours.
        if (end == entry->d_name + 8 || *end != '-' || strlen(end) != 7 || launcher <= 0 || kill((pid_t)launcher, 0) == 0 || errno != ESRCH)
            continue;
        char path[GROUND_LENGTH];
        if (snprintf(path, sizeof path, "/tmp/%s", entry->d_name) < GROUND_LENGTH) ground_remove(path);
    }
    if (directory != NULL) closedir(directory);
}

static void count(int folder, int depth, struct ground_usage *usage) {
    DIR *directory = fdopendir(folder);
    struct dirent *entry;
    while (directory != NULL && !usage->is_beyond && (entry = readdir(directory)) != NULL) {
        struct stat status;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        if (fstatat(folder, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
        usage->files += 1;
        usage->bytes += (unsigned long long)status.st_blocks * 512;
        usage->is_beyond = usage->files >= MAX_COUNTED || (S_ISDIR(status.st_mode) && depth == MAX_COUNTED_DEPTH);
        if (usage->is_beyond || !S_ISDIR(status.st_mode)) continue;
        int below = open_folder(folder, entry->d_name);
        if (below >= 0) count(below, depth + 1, usage);
        else usage->is_beyond = errno == EMFILE || errno == ENFILE;
    }
    if (directory == NULL) usage->is_beyond = true;
    if (directory != NULL) closedir(directory);
    else close(folder);
}

struct ground_usage ground_usage(void) {
    struct ground_usage usage = {0};
    int root = open_folder(AT_FDCWD, ground);
    if (root >= 0) count(root, 0, &usage);
    return usage;
}
