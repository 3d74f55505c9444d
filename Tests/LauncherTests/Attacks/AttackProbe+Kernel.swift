extension AttackProbe {
    /// Attempts on the machine as a whole, and on parts of the kernel that few programs need.
    static let kernel: [AttackProbe] = [
        .init("makes a keyring", "return call('keyctl', 0, -1, 1)", refused: ["EPERM"], control: .anyone, absent: ["ENOSYS"]),
        .init("adds a key", "return call('add_key', b'user', b'x', b'y', 1, -1)", refused: ["EPERM"], control: .anyone, absent: ["ENOSYS"]),
        .init(
            "loads a BPF program",
            """
            code = ctypes.create_string_buffer(bytes.fromhex('b700000000000000' '9500000000000000'))
            license = ctypes.create_string_buffer(b'GPL')
            description = struct.pack('IIQQ', 1, 2, ctypes.addressof(code), ctypes.addressof(license)) + bytes(104)
            return call('bpf', 5, description, 128)
            """, refused: ["EPERM"], control: .root, absent: ["ENOSYS"]),
        .init(
            "opens a performance counter", "return call('perf', struct.pack('II', 1, 112) + bytes(104), 0, -1, -1, 0)", refused: ["EPERM"],
            control: .root, absent: ["ENOSYS"]),
        .init("handles page faults", "return call('userfaultfd', 0)", refused: ["EPERM"], control: .root, absent: ["ENOSYS"]),
        .init(
            "sets up io_uring", "return call('io_uring', 8, ctypes.create_string_buffer(120))", refused: ["ENOSYS"], control: .root,
            absent: ["ENOSYS", "EPERM"]),
        .init("hides memory", "return call('memfd_secret', 0)", refused: ["EPERM"], control: .anyone, absent: ["ENOSYS"]),
        .init(
            "compares kernel objects", "return call('kcmp', os.getpid(), os.getpid(), 1, 0, 0)", refused: ["EPERM"], control: .anyone,
            absent: ["ENOSYS"]),
        .init("watches every file of the machine", "return call('fanotify', 0, 0)", refused: ["EPERM"], control: .root, absent: ["ENOSYS"]),
        .init(
            "asks for a message queue",
            "name = b'/' + uuid.uuid4().bytes.hex().encode()\nqueue = function('mq_open', name, 0o102, 0o600, None)\nfunction('mq_unlink', name)\nreturn queue",
            refused: ["EPERM"], control: .anyone, absent: ["ENOSYS"]),
        .init(
            "loads a kernel", "return call('kexec', 0, 1000, 0, 0)", refused: ["EPERM"],
            control: .rootFails(["EINVAL"], else: "it would stand ready in place of the machine's"), absent: ["ENOSYS"]),
        .init(
            "loads a module", "return call('module', b'x' * 100, 100, b'')", refused: ["EPERM"],
            control: .rootFails(["ENOEXEC", "EINVAL", "EBADMSG", "ENOKEY"], else: "it would run in the kernel"), absent: ["ENOSYS"]),
        .init(
            "switches swap on", "return function('swapon', b'/no/such/file', 0)", refused: ["EPERM"],
            control: .rootFails(["ENOENT"], else: "the machine would swap to it"), absent: ["ENOSYS"]),
        .init(
            "switches swap off", "return function('swapoff', b'/no/such/file')", refused: ["EPERM"],
            control: .rootFails(["ENOENT"], else: "the machine would do without"), absent: ["ENOSYS"]),
        .init(
            "reboots", "return function('reboot', 0x7777)", refused: ["EPERM"],
            control: .rootFails(["EINVAL"], else: "the machine would go down")),
        .init(
            "sets the clock", "return call('clock_settime', 0, struct.pack('qq', 0, -1))", refused: ["EPERM"],
            control: .rootFails(["EINVAL"], else: "all programs would see it")),
        .init(
            "bends the clock", "return function('adjtimex', struct.pack('Iq', 1, 1 << 60) + bytes(400))", refused: ["EPERM"],
            control: .root, absent: ["ENOSYS"]),
        .init("sets the host name", "return socket.sethostname('owned')", refused: ["EPERM"], control: .rootApart),
        .init(
            "switches accounting on",
            "file = scratch + '/accounts'\nopen(file, 'w').close()\nreturn call('acct', file.encode())", refused: ["EPERM"],
            control: .rootApart, absent: ["ENOSYS"]),
        .init(
            "reads the kernel's log", "return function('klogctl', 3, ctypes.create_string_buffer(4096), 4096)", refused: ["EPERM"],
            control: .root, absent: ["ENOSYS"]),
        .init("changes its personality", "return function('personality', 0x0400000)", refused: ["EPERM"], control: .anyone),
        .init(
            "puts characters into a terminal", "return fcntl.ioctl(terminal(), 0x5412, b'x')", refused: ["EPERM"], control: .root),
        .init(
            "talks to a console", "return fcntl.ioctl(terminal(), 0x541c, b'\\x02')", refused: ["EPERM"],
            control: .rootFails(["ENOTTY"], else: "what is selected there would change")),
        .init(
            "loads a line discipline",
            "each(lambda number: fcntl.ioctl(terminal(), 0x5423, struct.pack('i', number)), (0, 3, 15))", refused: ["EPERM"],
            control: .root, absent: ["EINVAL"]),
    ]
}
