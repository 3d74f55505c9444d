#include "watchdog.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/statvfs.h>
#include <unistd.h>

// Resident pages that are not shared with a file or another process's mapping.
static uint64_t private_pages(const char *process) {
    char path[64], text[128];
    snprintf(path, sizeof path, "/proc/%.20s/statm", process);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    if (length <= 0) return 0;
    text[length] = 0;
    unsigned long long resident = 0, shared = 0;
    if (sscanf(text, "%*u %llu %llu", &resident, &shared) != 2 || shared > resident) return 0;
    return resident - shared;
}

struct usage usage_now(void) {
    struct usage usage = {0};
    uint64_t pages = 0;
    DIR *processes = opendir("/proc");
    if (processes != NULL) {
        struct dirent *entry;
        while ((entry = readdir(processes)) != NULL) {
            if (!isdigit((unsigned char)entry->d_name[0])) continue;
            usage.processes += 1;
            pages += private_pages(entry->d_name);
        }
        closedir(processes);
    }
    struct statvfs disk;
    uint64_t files = statvfs("/home/user", &disk) == 0 ? (disk.f_blocks - disk.f_bfree) * disk.f_frsize : 0;
    usage.memory = pages * (uint64_t)sysconf(_SC_PAGESIZE) + files;
    return usage;
}

bool disk_is_full(void) {
    struct statvfs disk;
    return statvfs("/home/user", &disk) == 0 && (disk.f_bfree == 0 || disk.f_ffree == 0);
}
