extension AttackProbe {
    /// Attempts on other processes, foremost on the sandbox's first, which its own are children of.
    static let processes: [AttackProbe] = [
        .init(
            "has a descriptor that it was not given",
            """
            import stat
            kinds = [(int(n), os.readlink(f'/proc/self/fd/{n}')) for n in os.listdir('/proc/self/fd') if os.path.islink(f'/proc/self/fd/{n}')]
            return [k for k in kinds if k[0] not in (0, 1, 2, 97, 98, 99) and '/proc/' not in k[1]]
            """, refused: ["nothing"], control: .anyone),
        .init("writes to the supervisor's descriptor", "return os.write(3, b'x')", refused: ["EBADF"], control: .anyone),
        .init("has a variable that it was not given", "return os.environ.get('SECRET', '')", refused: ["nothing"], control: .anyone),
        .init(
            "sees a process that is not its own",
            "return [p for p in os.listdir('/proc') if p.isdigit() and int(p) not in (1, os.getpid())]", refused: ["nothing"],
            landlock: ["EACCES"], control: .anyone),
        .init(
            "reaches a process that is not its own with a signal",
            """
            def reached(process):
                try: os.kill(process, 0)
                except OSError: return False
                return True
            return [p for p in (*range(2, 65536), first) if p not in (1, os.getpid()) and reached(p)]
            """, refused: ["nothing"], control: .anyone),
        .init(
            "kills the first process", "os.kill(first, 9)\nreturn happens(lambda: state(first) in 'ZX')", refused: ["nothing"],
            landlock: ["EPERM"], control: .anyone),
        .init(
            "stops the first process", "os.kill(first, 19)\nreturn happens(lambda: state(first) in 'Tt')", refused: ["nothing"],
            landlock: ["EPERM"], control: .anyone),
        .init(
            "kills the first process by a handle of it",
            "signal.pidfd_send_signal(os.pidfd_open(first), 9)\nreturn happens(lambda: state(first) in 'ZX')", refused: ["nothing"],
            landlock: ["EPERM"], control: .anyone),
        .init(
            "reads the first process's environment", "return readable(f'/proc/{first}/environ')", refused: ["EACCES"], control: .anyone),
        .init("opens the first process's memory", "return open(f'/proc/{first}/mem', 'rb')", refused: ["EACCES"], control: .anyone),
        .init("lists the first process's descriptors", "return os.listdir(f'/proc/{first}/fd')", refused: ["EACCES"], control: .anyone),
        .init("enters the first process's root", "return os.listdir(f'/proc/{first}/root/')", refused: ["EACCES"], control: .anyone),
        .init("traces the first process", "return function('ptrace', 16, first, 0, 0)", refused: ["EPERM"], control: .root),
        .init("has itself traced", "return in_child(lambda: function('ptrace', 0, 0, 0, 0))", refused: ["EPERM"], control: .root),
        .init(
            "reads another process's memory",
            """
            source, target = ctypes.create_string_buffer(16), ctypes.create_string_buffer(16)
            part = lambda buffer: struct.pack('QQ', ctypes.addressof(buffer), 16)
            return function('process_vm_readv', first, part(target), 1, part(ctypes.c_char.in_dll(ctypes.pythonapi, 'Py_DecodeLocale')), 1, 0)
            """, refused: ["EPERM"], control: .root),
        .init(
            "takes a descriptor out of the first process", "return call('pidfd_getfd', os.pidfd_open(first), 1, 0)", refused: ["EPERM"],
            control: .root),
        .init(
            "limits the first process", "return function('prlimit', first, 0, struct.pack('QQ', 1000, 1000), None)", refused: ["EPERM"],
            control: .anyone),
        .init(
            "has more files than it was given", "return function('prlimit', 0, 7, struct.pack('QQ', 2000, 2000), None)", refused: ["EPERM"],
            control: .anyone),
        .init(
            "raises its priority", "return os.setpriority(os.PRIO_PROCESS, 0, -5)", refused: ["EACCES"], landlock: ["EACCES", "EPERM"],
            control: .root),
        .init(
            "becomes a real-time process", "return os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))", refused: ["EPERM"],
            control: .root),
        .init(
            "locks memory that cannot be swapped",
            """
            memory = mmap.mmap(-1, 1 << 22)
            return function('mlock', ctypes.addressof(ctypes.c_char.from_buffer(memory)), 1 << 22)
            """, refused: ["ENOMEM"], control: .root),
        .init(
            "finds shared memory of others", "return function('shmget', memory_key, 0, 0)", refused: ["ENOENT", "ENOSYS"],
            landlock: ["EPERM"], control: .anyone),
    ]

    /// Attempts to become somebody else, or to make a place where one is root.
    static let identity: [AttackProbe] = [
        .init(
            "has a capability",
            "return [l for l in open('/proc/self/status') if l.startswith(('CapInh', 'CapPrm', 'CapEff', 'CapAmb')) and int(l.split()[1], 16)]",
            refused: ["nothing"], control: .root),
        .init(
            "may gain privileges by a program", "return [l for l in open('/proc/self/status') if l == 'NoNewPrivs:\\t0\\n']",
            refused: ["nothing"], control: .anyone),
        .init("becomes root", "return os.setuid(0)", refused: ["EINVAL"], landlock: ["EPERM"], control: .root),
        .init("takes up a group", "return os.setgroups([0])", refused: ["EPERM"], control: .root),
        .init(
            "unshares namespaces",
            "each(lambda name: in_child(lambda: function('unshare', name)), (0x10000000, 0x20000, 0x40000000, 0x20000000, 0x4000000, 0x8000000, 0x2000000, 0x80))",
            refused: ["EPERM"], control: .root, absent: ["EINVAL"]),
        .init(
            "clones into a user namespace", "return forked(call('clone', 0x10000000 | 17, 0, 0, 0, 0))", refused: ["EPERM"], control: .root),
        .init(
            "clones with flags behind a pointer",
            "return forked(call('clone3', struct.pack('QQQQQ', 0x10000000, 0, 0, 0, 17) + bytes(48), 88))", refused: ["ENOSYS"],
            control: .root),
        .init(
            "enters a namespace",
            """
            try: space = os.open('/proc/self/ns/net', 0)
            except PermissionError: space = 0
            return function('setns', space, 0)
            """, refused: ["EPERM"], control: .root),
        .init(
            "executes 32-bit system calls",
            """
            if platform.machine() != 'x86_64': raise Refused('SIGSYS')
            code = mmap.mmap(-1, 4096, prot=7)
            code.write(b'\\xb8\\x14\\x00\\x00\\x00\\xcd\\x80\\xc3')
            run = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))
            return in_child(run)
            """, refused: ["SIGSYS"], control: .anyone, absent: ["SIGSEGV", "SIGSYS"]),
        .init(
            "executes x32 system calls",
            """
            if platform.machine() != 'x86_64': raise Refused('SIGSYS')
            return in_child(lambda: checked(libc.syscall(ctypes.c_long(0x40000000 + 39))))
            """, refused: ["SIGSYS"], control: .anyone, absent: ["ENOSYS", "SIGSYS"]),
    ]
}
