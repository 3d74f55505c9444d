#include "Files/watches.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "Files/entries.h"
#include "Files/paths.h"
#include "Protocol/fault.h"

// Code that changes files in a loop is not to keep everyone busy: so often is a watch looked at, and the kernel forgets what is too much.
enum { PAUSE_MS = 20, EVENT_BUFFER = 4096, MAX_WATCH_DEPTH = 16 };

enum change { CREATED = 0, WRITTEN = 1, REMOVED = 2, RENAMED = 3, ATTRIBUTES_CHANGED = 4, CHANGES_LOST = 5 };

struct watched_folder {
    int number; // the kernel's
    char *path; // below the watch's own folder, with a slash at its end; "" for that itself
};

struct watch {
    bool used, recursive;
    uint32_t request;
    int events; // inotify's
    int root;   // an O_PATH descriptor
    int64_t next_look;
    size_t count;
    struct watched_folder folders[MAX_WATCHED_FOLDERS];
};

static struct watch watches[MAX_WATCHES];
static struct message message;

static bool tell(int socket, const struct watch *watch, enum change change, const char *folder, const char *name) {
    message_begin(&message, FRAME_CHANGE);
    put_u32(&message, watch->request);
    put_u32(&message, change);
    put_text(&message, folder);
    put_text(&message, name);
    return message_send(&message, socket);
}

static struct watched_folder *folder_of(struct watch *watch, int number) {
    for (size_t i = 0; i < watch->count; i++) {
        if (watch->folders[i].number == number) return &watch->folders[i];
    }
    return NULL;
}

// One that has been renamed keeps its number. False: there is no room for another.
static bool note_folder(struct watch *watch, int number, const char *path) {
    struct watched_folder *known = folder_of(watch, number);
    char *copy = known != NULL || watch->count < MAX_WATCHED_FOLDERS ? strdup(path) : NULL;
    if (copy == NULL) return false;
    if (known == NULL) {
        known = &watch->folders[watch->count++];
    } else {
        free(known->path);
    }
    *known = (struct watched_folder){.number = number, .path = copy};
    return true;
}

// The folder behind a descriptor, and, in a recursive watch, those in it. Takes the descriptor.
static bool add_folder(struct watch *watch, int folder, const char *path, int depth) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    const uint32_t mask = IN_CREATE | IN_MODIFY | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB | IN_ONLYDIR;
    int number = inotify_add_watch(watch->events, link, mask);
    if (number < 0 || !note_folder(watch, number, path)) {
        if (number >= 0) inotify_rm_watch(watch->events, number);
        close(folder);
        return false;
    }
    DIR *directory = watch->recursive && depth < MAX_WATCH_DEPTH ? fdopendir(folder) : NULL;
    if (directory == NULL) {
        close(folder);
        return true;
    }
    struct dirent *entry;
    while ((entry = readdir(directory)) != NULL) {
        char below[MAX_PATH_LENGTH];
        if (entry->d_type != DT_DIR || strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        int length = snprintf(below, sizeof below, "%s%s/", path, entry->d_name);
        if (length < 0 || (size_t)length >= sizeof below) continue;
        int opened = path_open_below(folder, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
        if (opened >= 0) add_folder(watch, opened, below, depth + 1);
    }
    closedir(directory);
    return true;
}

static void forget(struct watch *watch) {
    for (size_t i = 0; i < watch->count; i++) free(watch->folders[i].path);
    if (watch->events >= 0) close(watch->events);
    if (watch->root >= 0) close(watch->root);
    watch->used = false;
    watch->count = 0;
}

bool watch_open(int socket, uint32_t request, struct reader *reader) {
    char path[MAX_PATH_LENGTH];
    bool recursive = get_u32(reader) != 0;
    get_name(reader, path, sizeof path);
    if (reader->broken) return fault_tell(socket, request, EINVAL, "a malformed path");
    struct watch *watch = watches;
    while (watch < watches + MAX_WATCHES && watch->used) watch++;
    if (watch == watches + MAX_WATCHES) return fault_tell(socket, request, EMFILE, path);
    int folder = path_open(path, O_RDONLY | O_DIRECTORY, 0);
    if (folder < 0) return fault_tell(socket, request, errno, path);
    *watch = (struct watch){.used = true, .recursive = recursive, .request = request};
    watch->events = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    watch->root = path_open(path, O_PATH | O_DIRECTORY, 0);
    if (watch->events < 0 || watch->root < 0) {
        close(folder);
        forget(watch);
        return fault_tell(socket, request, EMFILE, path);
    }
    if (add_folder(watch, folder, "", 0)) return entry_tell(socket, request, watch->root, path);
    forget(watch);
    return fault_tell(socket, request, EMFILE, path);
}

bool watch_close(int socket, uint32_t request, bool *known) {
    for (size_t i = 0; i < MAX_WATCHES; i++) {
        if (!watches[i].used || watches[i].request != request) continue;
        forget(&watches[i]);
        *known = true;
        return end_tell(socket, request);
    }
    *known = false;
    return true;
}

static void forget_folder(struct watch *watch, struct watched_folder *folder) {
    free(folder->path);
    *folder = watch->folders[--watch->count];
}

// A folder that has appeared in a recursive watch.
static void follow(struct watch *watch, const char *path, const char *name) {
    char below[MAX_PATH_LENGTH];
    int length = snprintf(below, sizeof below, "%s%s/", path, name);
    if (length < 0 || (size_t)length >= sizeof below) return;
    int folder = path_open_below(watch->root, below, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
    if (folder >= 0) add_folder(watch, folder, below, 0);
}

static bool tell_event(int socket, struct watch *watch, const struct inotify_event *event) {
    if ((event->mask & IN_Q_OVERFLOW) != 0) return tell(socket, watch, CHANGES_LOST, "", "");
    struct watched_folder *folder = folder_of(watch, event->wd);
    if (folder == NULL) return true;
    if ((event->mask & IN_IGNORED) != 0) {
        forget_folder(watch, folder);
        return true;
    }
    if (event->len == 0) return true; // about the folder itself
    const uint32_t new_folder = IN_ISDIR | IN_CREATE, moved_folder = IN_ISDIR | IN_MOVED_TO;
    bool is_new = (event->mask & new_folder) == new_folder || (event->mask & moved_folder) == moved_folder;
    static const struct {
        uint32_t mask;
        enum change change;
    } kinds[] = {{IN_CREATE | IN_MOVED_TO, CREATED}, {IN_MODIFY, WRITTEN},
                 {IN_DELETE, REMOVED},               {IN_MOVED_FROM, RENAMED},
                 {IN_ATTRIB, ATTRIBUTES_CHANGED}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if ((event->mask & kinds[i].mask) == 0) continue;
        if (!tell(socket, watch, kinds[i].change, folder->path, event->name)) return false;
        break;
    }
    if (is_new && watch->recursive) follow(watch, folder->path, event->name);
    return true;
}

static bool serve(int socket, struct watch *watch, int64_t now) {
    union {
        struct inotify_event event;
        uint8_t bytes[EVENT_BUFFER];
    } buffer;
    watch->next_look = now + PAUSE_MS;
    ssize_t count = read(watch->events, buffer.bytes, sizeof buffer.bytes);
    for (ssize_t offset = 0; offset < count;) {
        const struct inotify_event *event = (const struct inotify_event *)(const void *)(buffer.bytes + offset);
        offset += (ssize_t)(sizeof *event + event->len);
        if (!tell_event(socket, watch, event)) return false;
    }
    return true;
}

size_t watches_poll(struct pollfd *polled, int64_t now) {
    size_t count = 0;
    for (size_t i = 0; i < MAX_WATCHES; i++) {
        if (watches[i].used && watches[i].next_look <= now) polled[count++] = (struct pollfd){.fd = watches[i].events, .events = POLLIN};
    }
    return count;
}

bool watches_serve(int socket, const struct pollfd *polled, size_t count, int64_t now) {
    for (size_t i = 0; i < count; i++) {
        if (polled[i].revents == 0) continue;
        for (size_t j = 0; j < MAX_WATCHES; j++) {
            if (watches[j].used && watches[j].events == polled[i].fd && !serve(socket, &watches[j], now)) return false;
        }
    }
    return true;
}

int64_t watches_wait(int64_t now) {
    int64_t wait = -1;
    for (size_t i = 0; i < MAX_WATCHES; i++) {
        int64_t left = watches[i].next_look - now;
        if (watches[i].used && left > 0 && (wait < 0 || left < wait)) wait = left;
    }
    return wait;
}
