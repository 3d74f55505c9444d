#include "Limits/watchdog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "Init/processes.h"
#include "Landlock/ground.h"

enum { MAX_WATCHED = 65536 };

// The number on one of the lines that the kernel writes of a process. `name` begins with the newline before it: a program's own name, in the
// first line, may look like any.
static uint64_t number_of(const char *text, const char *name) {
    const char *line = strstr(text, name);
    return line == NULL ? 0 : strtoull(line + strlen(name), NULL, 10);
}

// What processes hold together.
struct holding {
    uint64_t threads;
    uint64_t private_kb, shared_kb; // shared: of files that lie in memory, and what is mapped as shared without a file
};

// What several processes hold is counted for each of them.
static void add_roughly(struct holding *holding, int process) {
    char text[4096];
    if (!process_read(process, "status", text, sizeof text)) return;
    holding->threads += number_of(text, "\nThreads:");
    // A first thread that has ended holds nothing any more; the others go on.
    bool ended = strstr(text, "\nState:\tZ") != NULL;
    if (ended && !process_read(process_later_thread(process), "status", text, sizeof text)) return;
    holding->private_kb += number_of(text, "\nRssAnon:");
    holding->shared_kb += number_of(text, "\nRssShmem:");
}

// Each is counted for its part of what it shares with others. The kernel looks at every page for it, which takes milliseconds.
static void add_exactly(struct holding *holding, int process) {
    char text[4096];
    if (!process_read(process, "smaps_rollup", text, sizeof text)) return add_roughly(holding, process);
    holding->private_kb += number_of(text, "\nPss_Anon:");
    holding->shared_kb += number_of(text, "\nPss_Shmem:");
}

// In bytes, together with the files of a sandbox that has a mount namespace, which lie in memory.
static uint64_t memory_of(const struct holding *holding) {
    struct statvfs disk = {0};
    if (!ground_is_shared() && statvfs("/home/user", &disk) != 0) disk.f_blocks = disk.f_bfree = 0;
    uint64_t files = (disk.f_blocks - disk.f_bfree) * disk.f_frsize, shared = holding->shared_kb * 1024;
    // What is mapped may be those files.
    return holding->private_kb * 1024 + (shared > files ? shared : files);
}

static const struct configuration *limits;

void watchdog_begin(const struct configuration *configuration) { limits = configuration; }

bool disk_is_full(void) { return disk_usage_now().is_full; }

struct disk_usage disk_usage_now(void) {
    struct statvfs disk;
    if (ground_is_shared()) {
        struct ground_usage usage = ground_usage();
        return (struct disk_usage){usage.bytes, limits->disk_bytes,
                                   usage.is_beyond || usage.bytes >= limits->disk_bytes || usage.files >= limits->disk_inodes};
    }
    if (statvfs("/home/user", &disk) != 0) return (struct disk_usage){0};
    return (struct disk_usage){(disk.f_blocks - disk.f_bfree) * disk.f_frsize, disk.f_blocks * disk.f_frsize,
                               disk.f_bfree == 0 || disk.f_ffree == 0};
}

// Roughly the processes hold more than they may. They are looked at exactly when that may be so: since the last time each page that a process
// got for itself was a fault, and what came many pages at a time is in the rough sum.
static uint64_t held_exactly(const int *processes, size_t count, uint64_t rough) {
    static uint64_t exact_then, rough_then, faults_then;
    uint64_t faults = 0;
    struct process_state state;
    for (size_t i = 0; i < count; i++) faults += process_state(processes[i], &state) ? state.faults : 0;
    uint64_t most = exact_then + (rough > rough_then ? rough - rough_then : 0) + (faults - faults_then) * (uint64_t)sysconf(_SC_PAGESIZE);
    if (exact_then > 0 && faults >= faults_then && most <= limits->memory_bytes) return most;
    struct holding exact = {0};
    for (size_t i = 0; i < count && memory_of(&exact) <= limits->memory_bytes; i++) add_exactly(&exact, processes[i]);
    exact_then = memory_of(&exact);
    rough_then = rough;
    faults_then = faults;
    return exact_then;
}

struct usage usage_now(void) {
    static int processes[MAX_WATCHED];
    size_t count = processes_list(processes, MAX_WATCHED - 1);
    processes[count++] = getpid();
    struct holding rough = {0};
    for (size_t i = 0; i < count; i++) add_roughly(&rough, processes[i]);
    uint64_t memory = memory_of(&rough);
    if (memory > limits->memory_bytes) memory = held_exactly(processes, count, memory);
    return (struct usage){.memory = memory, .processes = rough.threads};
}
