extension AttackProbe {
    /// Attempts on what else runs on the machine, and on the supervisor.
    static let host: [AttackProbe] = [
        .init(
            title: "reaches a process that is not its own with a signal",
            attempt: "return [p for p in range(2, 65536) if p != os.getpid() and signal_reaches(p)] or 'nothing'"),
        .init(title: "signals its parent to stop", attempt: "import time\nos.kill(os.getppid(), 19)\ntime.sleep(0.05)\nreturn 'nothing'"),
        .init(title: "writes its own program through its process", attempt: "return writable('/proc/self/exe')"),
        .init(
            title: "changes the mode of a host file",
            attempt:
                "return os.chmod('/etc/hostname' if os.path.exists('/etc/hostname') and os.stat('/etc/hostname').st_uid == os.getuid() else '/usr/bin/env', 0o777)"
        ),
        .init(title: "changes the owner of a host file", attempt: "return os.chown('/usr/bin/env', os.getuid(), os.getgid())"),
        .init(title: "touches a host file", attempt: "return os.utime('/usr/bin/env', (0, 0))"),
        .init(title: "marks a host file with an attribute", attempt: "return os.setxattr('/usr/bin/env', 'user.owned', b'x')"),
        .init(title: "links a host file into its home", attempt: "os.link('/usr/bin/su', 'su')\nreturn 'linked'"),
        .init(title: "renames a host file", attempt: "return os.rename('/usr/bin/env', '/usr/bin/env2')"),
        .init(title: "removes a host file", attempt: "return os.unlink('/usr/bin/env')"),
        .init(title: "truncates a host file", attempt: "return os.truncate('/etc/ld.so.cache', 0)"),
        .init(
            title: "writes into the host's shared memory",
            attempt:
                "import uuid\nname = '/dev/shm/' + str(uuid.uuid4())\nopen(name, 'w').close()\nreturn 'nothing' if os.statvfs(name).f_blocks * os.statvfs(name).f_frsize == 256 << 20 else name"
        ),
        .init(
            title: "talks to a unix socket of the host",
            attempt:
                "found = []\nfor path in ('/run/docker.sock', '/var/run/docker.sock', '/run/dbus/system_bus_socket', '/run/containerd/containerd.sock', '/run/systemd/notify'):\n    try:\n        socket.socket(socket.AF_UNIX).connect(path)\n        found.append(path)\n    except OSError: pass\nreturn found or 'nothing'"
        ),
        .init(
            title: "leaves its control group",
            attempt:
                "import glob\nreturn [open(p, 'w').write('0') for p in glob.glob('/sys/fs/cgroup/*/tasks') + ['/sys/fs/cgroup/cgroup.procs']]"
        ),
        .init(
            title: "has the host run a program when a group is empty",
            attempt: "import glob\nreturn [open(p, 'w').write('/tmp/x') for p in glob.glob('/sys/fs/cgroup/*/release_agent')] or 'nothing'"),
        .init(
            title: "finds shared memory segments of others",
            attempt: "return [l for l in open('/proc/sysvipc/shm').read().splitlines()[1:]] or 'nothing'"),
        .init(title: "raises its priority", attempt: "return os.setpriority(os.PRIO_PROCESS, 0, -5)"),
        .init(title: "becomes a real-time process", attempt: "return os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))"),
        .init(
            title: "locks memory that cannot be swapped",
            attempt:
                "import mmap\nmemory = mmap.mmap(-1, 1 << 22)\nreturn function('mlock', ctypes.addressof(ctypes.c_char.from_buffer(memory)), 1 << 22)"
        ),
    ]
}
