// What this machine allows: found by making a sandbox with it.
#ifndef LAUNCHER_PROBE_H
#define LAUNCHER_PROBE_H

// `tier` is the configuration's line for one, or empty. Prints one JSON object; returns 0 when sandboxes can be made, 1 when not, and then
// the object has the reason.
int probe_run(const char *tier);

#endif
