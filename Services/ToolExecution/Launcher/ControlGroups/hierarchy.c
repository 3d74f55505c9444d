#include "ControlGroups/hierarchy.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { PLACE_LENGTH = 256 };

// The folder of our own group in the hierarchy that has `controller` ("" is v2's), or false.
static bool own_path(const char *controller, char *path, size_t capacity) {
    FILE *file = fopen("/proc/self/cgroup", "re");
    if (file == NULL) return false;
    char line[512];
    bool found = false;
    while (!found && fgets(line, sizeof line, file) != NULL) {
        char *rest = line;
        strsep(&rest, ":");
        char *controllers = strsep(&rest, ":");
        if (controllers == NULL || rest == NULL) continue;
        rest[strcspn(rest, "\n")] = 0;
        if (controller[0] == 0) {
            found = controllers[0] == 0;
        } else {
            char *item;
            while (!found && (item = strsep(&controllers, ",")) != NULL) found = strcmp(item, controller) == 0;
        }
        if (found && strlen(rest) >= capacity) found = false;
        if (found) strcpy(path, rest);
    }
    fclose(file);
    return found;
}

static bool has_option(char *options, const char *wanted) {
    char *item;
    while ((item = strsep(&options, ",")) != NULL) {
        if (strcmp(item, wanted) == 0) return true;
    }
    return false;
}

// Where that hierarchy is mounted, and which of its folders the mount shows as its root.
static bool mount_place(const char *controller, char *root, char *place, size_t capacity) {
    FILE *file = fopen("/proc/self/mountinfo", "re");
    if (file == NULL) return false;
    char line[1024], type[32], options[256];
    bool found = false;
    while (!found && fgets(line, sizeof line, file) != NULL) {
        char *tail = strstr(line, " - ");
        if (tail == NULL) continue;
        if (sscanf(tail, " - %31s %*s %255s", type, options) != 2) continue;
        if (sscanf(line, "%*s %*s %*s %255s %255s", root, place) != 2) continue;
        found = controller[0] == 0 ? strcmp(type, "cgroup2") == 0 : strcmp(type, "cgroup") == 0 && has_option(options, controller);
    }
    fclose(file);
    return found && strlen(place) < capacity;
}

static bool find(const char *controller, char *folder, size_t capacity, char *place) {
    char path[256], root[256];
    if (!own_path(controller, path, sizeof path) || !mount_place(controller, root, place, PLACE_LENGTH)) return false;
    const char *below = path;
    size_t length = strlen(root);
    if (strcmp(root, "/") != 0) {
        if (strncmp(path, root, length) != 0) return false;
        below = path + length;
    }
    int written = snprintf(folder, capacity, "%s%s", place, strcmp(below, "/") == 0 ? "" : below);
    return written > 0 && (size_t)written < capacity;
}

bool hierarchy_folder(const char *controller, char *folder, size_t capacity) {
    char place[PLACE_LENGTH];
    return find(controller, folder, capacity, place);
}

static bool has_word(const char *text, const char *word) {
    size_t length = strlen(word);
    for (const char *found = strstr(text, word); found != NULL; found = strstr(found + 1, word)) {
        if ((found == text || found[-1] == ' ') && strchr(" \n", found[length]) != NULL) return true;
    }
    return false;
}

// Groups have limits only of the controllers that the group above hands down. It cannot while it holds processes itself, except at the top.
static bool hands_down(const char *folder) {
    char path[2 * PLACE_LENGTH + 32], text[256] = "";
    snprintf(path, sizeof path, "%s/cgroup.subtree_control", folder);
    int file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0) return false;
    static const char *const wanted[] = {"+memory +pids", "+cpu"};
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        if (write(file, wanted[i], strlen(wanted[i])) < 0) continue; // what is there is read next
    }
    ssize_t length = pread(file, text, sizeof text - 1, 0);
    close(file);
    return length > 0 && has_word(text, "memory") && has_word(text, "pids");
}

// By its owner, by the mark of systemd's Delegate=, or because it is all that is to be seen of the hierarchy.
static bool is_ours(const char *folder, const char *place) {
    struct stat status;
    if (strcmp(folder, place) == 0 || stat(folder, &status) != 0) return strcmp(folder, place) == 0;
    char mark = 0;
    bool marked = (getxattr(folder, "trusted.delegate", &mark, 1) == 1 || getxattr(folder, "user.delegate", &mark, 1) == 1) && mark == '1';
    return marked || (status.st_uid != 0 && status.st_uid == geteuid());
}

bool hierarchy_delegated(char *folder, size_t capacity) {
    char place[PLACE_LENGTH];
    if (!find("", folder, capacity, place)) return false;
    if (hands_down(folder)) return true;
    char *slash = strlen(folder) > strlen(place) ? strrchr(folder, '/') : NULL;
    if (slash == NULL) return false;
    *slash = 0;
    return is_ours(folder, place) && hands_down(folder);
}
