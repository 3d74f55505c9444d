#include "Files/entries.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "Files/paths.h"
#include "Protocol/fault.h"

enum operation { LOOK = 0, LIST = 1, MAKE_FOLDER = 2, MOVE = 3, REMOVE = 4 };

static struct message message;

bool entry_tell(int socket, uint32_t request, int descriptor, const char *path) {
    struct stat status;
    if (fstat(descriptor, &status) != 0) return fault_tell(socket, request, errno, path);
    char target[MAX_PATH_LENGTH] = "";
    ssize_t length = S_ISLNK(status.st_mode) ? readlinkat(descriptor, "", target, sizeof target - 1) : 0;
    target[length > 0 ? length : 0] = 0;
    message_begin(&message, FRAME_ATTRIBUTES);
    put_u32(&message, request);
    put_u32(&message, status.st_mode);
    put_u64(&message, (uint64_t)status.st_size);
    put_u64(&message, (uint64_t)status.st_mtim.tv_sec * 1000000000u + (uint64_t)status.st_mtim.tv_nsec);
    put_name(&message, target);
    put_text(&message, path);
    return message_send(&message, socket);
}

struct listing {
    int socket;
    uint32_t request, depth;
    int told;
    bool connected;
};

static void list_folder(struct listing *listing, int folder, const char *prefix, uint32_t depth) {
    DIR *directory = fdopendir(folder);
    if (directory == NULL) {
        close(folder);
        return;
    }
    struct dirent *entry;
    while (listing->connected && listing->told < MAX_ENTRIES && (entry = readdir(directory)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        char path[MAX_PATH_LENGTH];
        int length = snprintf(path, sizeof path, "%s%s", prefix, entry->d_name);
        if (length < 0 || (size_t)length >= sizeof path - 1) continue;
        int found = path_open_below(dirfd(directory), entry->d_name, O_PATH | O_NOFOLLOW, 0);
        if (found < 0) continue;
        listing->told += 1;
        listing->connected = entry_tell(listing->socket, listing->request, found, path);
        close(found);
        if (depth >= listing->depth || !listing->connected) continue;
        int below = path_open_below(dirfd(directory), entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
        strcat(path, "/");
        if (below >= 0) list_folder(listing, below, path, depth + 1);
    }
    closedir(directory);
}

static bool list(int socket, uint32_t request, uint32_t depth, const char *path) {
    int folder = path_open(path, O_RDONLY | O_DIRECTORY, 0);
    if (folder < 0) return fault_tell(socket, request, errno, path);
    struct listing listing = {.socket = socket, .request = request, .connected = true};
    listing.depth = depth < MAX_ENTRY_DEPTH ? depth : MAX_ENTRY_DEPTH;
    list_folder(&listing, folder, "", 1);
    if (!listing.connected) return false;
    return listing.told < MAX_ENTRIES ? end_tell(socket, request) : fault_tell(socket, request, EOVERFLOW, path);
}

static bool look(int socket, uint32_t request, const char *path) {
    int found = path_open(path, O_PATH | O_NOFOLLOW, 0);
    if (found < 0) return fault_tell(socket, request, errno, path);
    bool connected = entry_tell(socket, request, found, path);
    close(found);
    return connected && end_tell(socket, request);
}

static bool make_folder(int socket, uint32_t request, const char *path) {
    int made = path_make_folders(path);
    return made > 0 ? look(socket, request, path) : fault_tell(socket, request, made == 0 ? EEXIST : errno, path);
}

static bool move(int socket, uint32_t request, const char *path, const char *destination) {
    struct place from, to;
    char name[MAX_PATH_LENGTH];
    if (path_place(path, &from) != 0) return fault_tell(socket, request, errno, path);
    strcpy(name, from.name);
    bool placed = path_place(destination, &to) == 0;
    bool moved = placed && renameat(from.folder, name, to.folder, to.name) == 0;
    int error = errno;
    close(from.folder);
    if (placed) close(to.folder);
    return moved ? look(socket, request, destination) : fault_tell(socket, request, error, placed ? path : destination);
}

static bool remove_entry(int socket, uint32_t request, const char *path) {
    struct place place;
    if (path_place(path, &place) != 0) return fault_tell(socket, request, errno, path);
    bool removed = unlinkat(place.folder, place.name, 0) == 0;
    if (!removed && errno == EISDIR) removed = unlinkat(place.folder, place.name, AT_REMOVEDIR) == 0;
    int error = errno;
    close(place.folder);
    return removed ? end_tell(socket, request) : fault_tell(socket, request, error, path);
}

bool entries_handle(int socket, uint32_t request, struct reader *reader) {
    char path[MAX_PATH_LENGTH], destination[MAX_PATH_LENGTH] = "";
    uint32_t operation = get_u32(reader), depth = get_u32(reader);
    get_name(reader, path, sizeof path);
    if (operation == MOVE) get_name(reader, destination, sizeof destination);
    if (reader->broken) return fault_tell(socket, request, EINVAL, "a malformed path");
    switch (operation) {
    case LOOK: return look(socket, request, path);
    case LIST: return list(socket, request, depth, path);
    case MAKE_FOLDER: return make_folder(socket, request, path);
    case MOVE: return move(socket, request, path, destination);
    case REMOVE: return remove_entry(socket, request, path);
    default: return fault_tell(socket, request, ENOSYS, path);
    }
}
