#include "hierarchy.h"

#include <stdio.h>
#include <string.h>

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

bool hierarchy_folder(const char *controller, char *folder, size_t capacity) {
    char path[256], root[256], place[256];
    if (!own_path(controller, path, sizeof path) || !mount_place(controller, root, place, sizeof place)) return false;
    const char *below = path;
    size_t length = strlen(root);
    if (strcmp(root, "/") != 0) {
        if (strncmp(path, root, length) != 0) return false;
        below = path + length;
    }
    int written = snprintf(folder, capacity, "%s%s", place, strcmp(below, "/") == 0 ? "" : below);
    return written > 0 && (size_t)written < capacity;
}
