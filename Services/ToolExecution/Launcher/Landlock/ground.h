// Where the sandbox's own folders lie: at their names in a mount namespace, below a folder of the host without one.
#ifndef LAUNCHER_GROUND_H
#define LAUNCHER_GROUND_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

enum { GROUND_LENGTH = 64 };

// Makes a folder of the host for the user to be. False with a reason.
bool ground_make(char base[GROUND_LENGTH], uid_t user, gid_t group);

// Removes it with everything in it, whatever that is.
void ground_remove(const char *base);

// Removes what launchers that were killed have left.
void ground_sweep(void);

// From now on paths of the sandbox lead there; "" is for a mount namespace.
void ground_use(const char *base);

// Whether the sandbox has no mount namespace.
bool ground_is_shared(void);

// The real path of one of the sandbox: /home/user, /tmp or /run/drivers and what is below; any other is itself.
const char *ground_path(const char *path, char real[PATH_MAX]);

struct ground_usage {
    unsigned long long bytes, files;
    bool is_beyond; // there is more, deeper or in more files than are looked at
};

// What lies there, in a shared one.
struct ground_usage ground_usage(void);

#endif
