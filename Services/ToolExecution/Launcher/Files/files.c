#include "Files/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "Landlock/ground.h"
#include "Protocol/protocol.h"

static struct message message;

static bool refuse(int socket, uint32_t request, const char *reason) {
    message_begin(&message, FRAME_REFUSED);
    put_u32(&message, request);
    put_text(&message, reason);
    return message_send(&message, socket);
}

static bool finish(int socket, uint32_t request) {
    message_begin(&message, FRAME_END);
    put_u32(&message, request);
    return message_send(&message, socket);
}

static int open_below(int folder, const char *path, uint64_t flags) {
    struct open_how how = {
        .flags = flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
    };
    return (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
}

static int open_in_home(const char *path, uint64_t flags) {
    char real[PATH_MAX];
    int home = open(ground_path("/home/user", real), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (home < 0) return -1;
    int file = open_below(home, path, flags);
    int error = errno;
    close(home);
    errno = error;
    return file;
}

struct listing {
    int socket;
    uint32_t request;
    int listed, looked_at;
    bool connected;
};

static void tell_entry(struct listing *listing, const char *path, const struct stat *status) {
    message_begin(&message, FRAME_ENTRY);
    put_u32(&message, listing->request);
    put_u64(&message, (uint64_t)status->st_size);
    put_u64(&message, (uint64_t)status->st_mtim.tv_sec * 1000000000u + (uint64_t)status->st_mtim.tv_nsec);
    put_text(&message, path);
    listing->connected = message_send(&message, listing->socket);
    listing->listed += 1;
}

static void list_folder(struct listing *listing, int folder, const char *prefix, int depth) {
    DIR *directory = fdopendir(folder);
    if (directory == NULL) {
        close(folder);
        return;
    }
    struct dirent *entry;
    while (listing->connected && listing->listed < MAX_LISTED && listing->looked_at++ < MAX_LOOKED_AT
           && (entry = readdir(directory)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        char path[MAX_PATH_LENGTH];
        int length = snprintf(path, sizeof path, "%s%s", prefix, entry->d_name);
        if (length < 0 || (size_t)length >= sizeof path - 1) continue;
        struct stat status;
        if (fstatat(dirfd(directory), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
        if (S_ISREG(status.st_mode) && status.st_nlink == 1) tell_entry(listing, path, &status);
        if (!S_ISDIR(status.st_mode) || depth == MAX_DEPTH) continue;
        int below = open_below(dirfd(directory), entry->d_name, O_RDONLY | O_DIRECTORY);
        strcat(path, "/");
        if (below >= 0) list_folder(listing, below, path, depth + 1);
    }
    closedir(directory);
}

bool files_list(int socket, uint32_t request, const char *path) {
    int folder = open_in_home(path, O_RDONLY | O_DIRECTORY);
    if (folder < 0) return refuse(socket, request, errno == ENOENT ? "no such folder" : "not a folder in the home");
    struct listing listing = {.socket = socket, .request = request, .connected = true};
    list_folder(&listing, folder, "", 0);
    return listing.connected && finish(socket, request);
}
