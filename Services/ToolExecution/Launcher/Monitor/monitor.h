// The process outside the sandbox: it stands between the supervisor and the sandbox's first process, trusts neither's framing,
// holds the control groups, and kills.
#ifndef LAUNCHER_MONITOR_H
#define LAUNCHER_MONITOR_H

// Serves the supervisor, for one sandbox, until either is gone; or becomes a zygote. `zygote` is where zygotes are asked, or ask to be
// asked; -1 for nowhere.
void monitor_run(int zygote);

#endif
