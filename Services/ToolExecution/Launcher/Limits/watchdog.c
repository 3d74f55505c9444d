#include "Limits/watchdog.h"

#include <stdio.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "Init/processes.h"
#include "Landlock/ground.h"

enum { MAX_WATCHED = 65536 };

// Resident pages that are not shared with a file or another process's mapping.
static uint64_t private_pages(int process) {
    char text[128];
    unsigned long long resident = 0, shared = 0;
    if (!process_read(process, "statm", text, sizeof text)) return 0;
    if (sscanf(text, "%*u %llu %llu", &resident, &shared) != 2 || shared > resident) return 0;
    return resident - shared;
}

static uint64_t most_bytes, most_files;

void watchdog_begin(uint64_t disk_bytes, uint64_t files) {
    most_bytes = disk_bytes;
    most_files = files;
}

bool disk_is_full(void) { return disk_usage_now().is_full; }

struct disk_usage disk_usage_now(void) {
    struct statvfs disk;
    if (ground_is_shared()) {
        struct ground_usage usage = ground_usage();
        return (struct disk_usage){usage.bytes, most_bytes, usage.is_beyond || usage.bytes >= most_bytes || usage.files >= most_files};
    }
    if (statvfs("/home/user", &disk) != 0) return (struct disk_usage){0};
    return (struct disk_usage){(disk.f_blocks - disk.f_bfree) * disk.f_frsize, disk.f_blocks * disk.f_frsize,
                               disk.f_bfree == 0 || disk.f_ffree == 0};
}

struct usage usage_now(void) {
    static int processes[MAX_WATCHED];
    struct usage usage = {.processes = 1 + processes_list(processes, MAX_WATCHED)};
    uint64_t pages = private_pages(getpid());
    for (size_t i = 0; i + 1 < usage.processes; i++) pages += private_pages(processes[i]);
    usage.memory = pages * (uint64_t)sysconf(_SC_PAGESIZE);
    // The files of a sandbox with a mount namespace lie in memory.
    struct statvfs disk;
    if (!ground_is_shared() && statvfs("/home/user", &disk) == 0) usage.memory += (disk.f_blocks - disk.f_bfree) * disk.f_frsize;
    return usage;
}
