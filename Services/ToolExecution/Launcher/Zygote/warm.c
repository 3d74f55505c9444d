#include "Zygote/warm.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

// The interpreter's own functions around a fork, found when it has loaded this code.
extern void PyOS_BeforeFork(void) __attribute__((weak));
extern void PyOS_AfterFork_Parent(void) __attribute__((weak));
extern void PyOS_AfterFork_Child(void) __attribute__((weak));

static const char *warm_name;
static void (*warm_function)(char **environment);

bool warm_has(const char *name) { return warm_function != NULL && strcmp(name, warm_name) == 0; }

void warm_set(const char *name, void (*run)(char **environment)) {
    warm_name = name;
    warm_function = run;
}

pid_t warm_fork(void) {
    if (PyOS_BeforeFork != NULL) PyOS_BeforeFork();
    pid_t process = fork();
    if (process == 0 && PyOS_AfterFork_Child != NULL) PyOS_AfterFork_Child();
    if (process != 0 && PyOS_AfterFork_Parent != NULL) PyOS_AfterFork_Parent();
    return process;
}

void warm_run(char **environment) {
    warm_function(environment);
    _exit(1);
}
