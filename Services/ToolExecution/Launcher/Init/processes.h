// The processes of the sandbox.
#ifndef LAUNCHER_PROCESSES_H
#define LAUNCHER_PROCESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// All that there are but the caller, at most `capacity`: those of the caller's process namespace, or, in a shared one, those that come
// from the caller, which then has to be the reaper of its orphans.
size_t processes_list(int *processes, size_t capacity);

// A thread of the process that is not its first; 0 when there is none.
int process_later_thread(int process);

// A file that the kernel keeps of a process or a thread, as text, as much as fits; false when the process is gone.
bool process_read(int process, const char *name, char *text, size_t size);

// What the kernel says of a process.
struct process_state {
    char letter;     // R: runs, or waits for a processor; D: waits for a disk; S: sleeps; T, t: stopped; Z, X: has ended
    uint64_t faults; // how often it, and those that it waited for, were given a page without reading it from a disk
    uint64_t cpu_ns; // that its threads have used
};
// False when it is gone.
bool process_state(int process, struct process_state *state);

// That the namespace is shared with others.
void processes_are_shared(void);

// Kills all that come from the caller, and waits for them, until none is left. For a shared namespace.
void processes_end(void);

// Whether the kernel tells whose children there are.
bool processes_can_be_followed(void);

#endif
