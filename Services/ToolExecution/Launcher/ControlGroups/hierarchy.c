#include "ControlGroups/hierarchy.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { PLACE_LENGTH = 256, MAX_HIERARCHIES = 32 };

// What the kernel tells of one hierarchy.
struct hierarchy {
    char controllers[PLACE_LENGTH]; // separated by commas; "" is version 2
    char path[PLACE_LENGTH];        // of our own group
    char root[PLACE_LENGTH];        // which folder its mount shows
    char place[PLACE_LENGTH];       // where it is mounted, "" when it is not
};

static struct hierarchy hierarchies[MAX_HIERARCHIES];
static size_t hierarchy_count;

static bool has_item(const char *list, const char *wanted) {
    size_t length = strlen(wanted);
    for (const char *item = list;; item++) {
        if (strncmp(item, wanted, length) == 0 && (item[length] == ',' || item[length] == 0)) return true;
        item = strchr(item, ',');
        if (item == NULL) return false;
    }
}

static void read_groups(void) {
    FILE *file = fopen("/proc/self/cgroup", "re");
    char line[2 * PLACE_LENGTH + 16];
    while (file != NULL && hierarchy_count < MAX_HIERARCHIES && fgets(line, sizeof line, file) != NULL) {
        char *rest = line;
        strsep(&rest, ":");
        const char *controllers = strsep(&rest, ":");
        if (controllers == NULL || rest == NULL) continue;
        rest[strcspn(rest, "\n")] = 0;
        if (strlen(controllers) >= PLACE_LENGTH || strlen(rest) >= PLACE_LENGTH) continue;
        struct hierarchy *hierarchy = &hierarchies[hierarchy_count++];
        strcpy(hierarchy->controllers, controllers);
        strcpy(hierarchy->path, rest);
    }
    if (file != NULL) fclose(file);
}

// A hierarchy of version 1 is told by the controllers among its mount's options. The first mount counts.
static void read_mounts(void) {
    FILE *file = fopen("/proc/self/mountinfo", "re");
    char line[1024], type[32], options[PLACE_LENGTH], root[PLACE_LENGTH], place[PLACE_LENGTH];
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        const char *tail = strstr(line, " - cgroup");
        if (tail == NULL || sscanf(tail, " - %31s %*s %255s", type, options) != 2) continue;
        if (sscanf(line, "%*s %*s %*s %255s %255s", root, place) != 2) continue;
        for (size_t i = 0; i < hierarchy_count; i++) {
            struct hierarchy *hierarchy = &hierarchies[i];
            char first[PLACE_LENGTH];
            snprintf(first, sizeof first, "%.*s", (int)strcspn(hierarchy->controllers, ","), hierarchy->controllers);
            bool is_its = first[0] == 0 ? strcmp(type, "cgroup2") == 0 : strcmp(type, "cgroup") == 0 && has_item(options, first);
            if (!is_its || hierarchy->place[0] != 0) continue;
            strcpy(hierarchy->root, root);
            strcpy(hierarchy->place, place);
        }
    }
    if (file != NULL) fclose(file);
}

// Neither changes while this process makes its groups.
static const struct hierarchy *hierarchy_of(const char *controller) {
    static bool is_read;
    if (!is_read) {
        read_groups();
        read_mounts();
        is_read = true;
    }
    for (size_t i = 0; i < hierarchy_count; i++) {
        bool has = controller[0] == 0 ? hierarchies[i].controllers[0] == 0 : has_item(hierarchies[i].controllers, controller);
        if (has) return hierarchies[i].place[0] != 0 ? &hierarchies[i] : NULL;
    }
    return NULL;
}

// Our own group's folder, and where its hierarchy is mounted.
static bool find(const char *controller, char *folder, size_t capacity, const char **place) {
    const struct hierarchy *hierarchy = hierarchy_of(controller);
    if (hierarchy == NULL) return false;
    const char *below = hierarchy->path;
    size_t length = strlen(hierarchy->root);
    if (strcmp(hierarchy->root, "/") != 0) {
        if (strncmp(hierarchy->path, hierarchy->root, length) != 0) return false;
        below = hierarchy->path + length;
    }
    *place = hierarchy->place;
    int written = snprintf(folder, capacity, "%s%s", hierarchy->place, strcmp(below, "/") == 0 ? "" : below);
    return written > 0 && (size_t)written < capacity;
}

bool hierarchy_folder(const char *controller, char *folder, size_t capacity) {
    const char *place;
    return find(controller, folder, capacity, &place);
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
    const char *place;
    if (!find("", folder, capacity, &place)) return false;
    if (hands_down(folder)) return true;
    char *slash = strlen(folder) > strlen(place) ? strrchr(folder, '/') : NULL;
    if (slash == NULL) return false;
    *slash = 0;
    return is_ours(folder, place) && hands_down(folder);
}
