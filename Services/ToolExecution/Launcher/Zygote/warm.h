// The interpreter that this process has warm in its memory, when a zygote made it.
#ifndef LAUNCHER_WARM_H
#define LAUNCHER_WARM_H

#include <stdbool.h>
#include <sys/types.h>

// Whether the interpreter of that name can be forked instead of started.
bool warm_has(const char *name);

// A fork after which the child may run the interpreter.
pid_t warm_fork(void);

// In the child of warm_fork: runs the interpreter with this environment, ended by NULL.
void warm_run(char **environment) __attribute__((noreturn));

// The zygote tells what it has: `run` is called with the environment, in a process of its own, and should not return.
void warm_set(const char *name, void (*run)(char **environment));

#endif
