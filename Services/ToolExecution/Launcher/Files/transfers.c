#include "Files/transfers.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "Files/entries.h"
#include "Files/paths.h"
#include "Protocol/fault.h"

enum direction { READ = 0, REPLACE = 1 };

struct transfer {
    bool used;
    uint32_t request;
    int file;
    enum direction direction;
};

static struct transfer transfers[MAX_TRANSFERS];
static struct message message;

static struct transfer *transfer_of(uint32_t request) {
    for (size_t i = 0; i < MAX_TRANSFERS; i++) {
        if (transfers[i].used && transfers[i].request == request) return &transfers[i];
    }
    return NULL;
}

static struct transfer *free_place(void) {
    for (size_t i = 0; i < MAX_TRANSFERS; i++) {
        if (!transfers[i].used) return &transfers[i];
    }
    return NULL;
}

static void forget(struct transfer *transfer) {
    close(transfer->file);
    transfer->used = false;
}

static int open_for_writing(const char *path) {
    const uint64_t flags = O_WRONLY | O_CREAT | O_TRUNC;
    int file = path_open(path, flags, 0644);
    if (file >= 0 || errno != ENOENT) return file;
    static char parent[MAX_PATH_LENGTH];
    const char *slash = strrchr(path, '/');
    if (slash == NULL || slash == path) return -1;
    memcpy(parent, path, (size_t)(slash - path));
    parent[slash - path] = 0;
    return path_make_folders(parent) < 0 ? -1 : path_open(path, flags, 0644);
}

bool transfer_open(int socket, uint32_t request, struct reader *reader) {
    char path[MAX_PATH_LENGTH];
    enum direction direction = get_u32(reader) == READ ? READ : REPLACE;
    get_name(reader, path, sizeof path);
    if (reader->broken) return fault_tell(socket, request, EINVAL, "a malformed path");
    struct transfer *transfer = free_place();
    if (transfer == NULL) return fault_tell(socket, request, EMFILE, path);
    int file = direction == READ ? path_open(path, O_RDONLY, 0) : open_for_writing(path);
    if (file < 0) return fault_tell(socket, request, errno == ENXIO ? EPERM : errno, path);
    struct stat status;
    int error = fstat(file, &status) != 0 ? errno : S_ISREG(status.st_mode) ? 0 : S_ISDIR(status.st_mode) ? EISDIR : EPERM;
    if (error != 0) {
        close(file);
        return fault_tell(socket, request, error, path);
    }
    *transfer = (struct transfer){.used = true, .request = request, .file = file, .direction = direction};
    return entry_tell(socket, request, file, path);
}

bool transfer_more(int socket, uint32_t request, uint32_t bytes) {
    static uint8_t chunk[MAX_CHUNK];
    struct transfer *transfer = transfer_of(request);
    if (transfer == NULL || transfer->direction != READ) return true;
    while (bytes > 0) {
        ssize_t count = read(transfer->file, chunk, bytes < sizeof chunk ? bytes : sizeof chunk);
        if (count <= 0) {
            int error = count < 0 ? errno : 0;
            forget(transfer);
            return error == 0 ? end_tell(socket, request) : fault_tell(socket, request, error, "the file");
        }
        bytes -= (uint32_t)count;
        message_begin(&message, FRAME_OUTPUT);
        put_u32(&message, request);
        put_u8(&message, 1);
        put_bytes(&message, chunk, (size_t)count);
        if (!message_send(&message, socket)) return false;
    }
    return true;
}

bool transfer_write(int socket, uint32_t request, struct reader *reader) {
    struct transfer *transfer = transfer_of(request);
    if (transfer == NULL || transfer->direction != REPLACE) return true; // it has failed, and that was told
    while (reader->left > 0) {
        ssize_t count = write(transfer->file, reader->next, reader->left);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) {
            int error = count < 0 ? errno : ENOSPC;
            forget(transfer);
            return fault_tell(socket, request, error, "the file");
        }
        reader->next += count;
        reader->left -= (size_t)count;
    }
    return true;
}

bool transfer_close(int socket, uint32_t request, bool *known) {
    struct transfer *transfer = transfer_of(request);
    *known = transfer != NULL;
    if (transfer == NULL) return true;
    forget(transfer);
    return end_tell(socket, request);
}
