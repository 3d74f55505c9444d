#include "Init/pause.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "Init/processes.h"
#include "Limits/measurement.h"
#include "Limits/watchdog.h"

enum { MOST_ATTEMPTS = 1000, MAX_STOPPED = 65536 }; // a millisecond each

// Of processor time that a pause by signals may cost, for those that are killed meanwhile.
static const uint64_t most_used_ns = 100000000;

static enum cgroup_kind kind;
static int freezer = -1;
static int64_t paused_at = -1, paused_before, next_look;
static uint64_t used_before_ns;

static int64_t clock_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t monotonic_ms(void) { return (paused_at >= 0 ? paused_at : clock_ms()) - paused_before; }

void pause_begin(enum cgroup_kind used, int given) {
    kind = used;
    freezer = given;
}

bool is_paused(void) { return paused_at >= 0; }

static bool write_state(const char *state) { return pwrite(freezer, state, strlen(state), 0) == (ssize_t)strlen(state); }

static bool is_frozen(void) {
    char text[32] = {0};
    if (pread(freezer, text, sizeof text - 1, 0) <= 0) return false;
    // The second version tells only that it was asked for; what it takes until all have stopped is less than a switch of processes.
    return kind == CGROUP_V1 ? strncmp(text, "FROZEN", 6) == 0 : text[0] == '1';
}

static bool is_stopped(int process) {
    struct process_state state;
    return !process_state(process, &state) || strchr("TtZX", state.letter) != NULL;
}

// One that was about to wake another when it was stopped may have done so: all are asked again until none runs.
static bool all_stopped(void) {
    static int processes[MAX_STOPPED];
    size_t count = processes_list(processes, MAX_STOPPED);
    for (size_t i = 0; i < count; i++) {
        if (!is_stopped(processes[i])) return false;
    }
    return true;
}

static bool stop(void) {
    for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
        if (freezer >= 0 ? write_state(kind == CGROUP_V1 ? "FROZEN" : "1") && is_frozen() : (kill(-1, SIGSTOP), all_stopped())) return true;
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    return false;
}

static void go_on(void) {
    if (freezer < 0) {
        kill(-1, SIGCONT);
    } else if (!write_state(kind == CGROUP_V1 ? "THAWED" : "0")) {
        _exit(70); // what cannot go on is of no more use
    }
}

bool pause_payload(void) {
    if (is_paused()) return true;
    if (!stop()) {
        go_on();
        return false;
    }
    paused_at = clock_ms();
    next_look = paused_at + WATCHDOG_INTERVAL_MS;
    if (freezer < 0) used_before_ns = measurement_counted_cpu_ns();
    return true;
}

int pause_wait(void) {
    if (!is_paused() || freezer >= 0) return -1;
    int64_t left = next_look - clock_ms();
    return left > 0 ? (int)left : 0;
}

bool pause_holds(void) {
    if (pause_wait() != 0) return true;
    next_look = clock_ms() + WATCHDOG_INTERVAL_MS;
    // One that stops itself again in time has still used the processor.
    return all_stopped() && measurement_counted_cpu_ns() - used_before_ns <= most_used_ns;
}

void pause_end(void) {
    if (!is_paused()) return;
    paused_before += clock_ms() - paused_at;
    paused_at = -1;
    go_on();
}
