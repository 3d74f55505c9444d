// The process outside the sandbox: it stands between the supervisor and the sandbox's first process, trusts neither's framing,
// holds the control groups, and kills.
#ifndef LAUNCHER_MONITOR_H
#define LAUNCHER_MONITOR_H

// Serves one supervisor on the socket, for one sandbox, until either is gone.
void monitor_run(int supervisor);

#endif
