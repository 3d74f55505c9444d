extension AttackProbe {
    /// Attempts to change the file tree, and to reach devices and what the kernel tells of the machine.
    static let mounts: [AttackProbe] = [
        .init(
            "makes /usr writable by a remount", "return function('mount', b'none', b'/usr', None, 32 | 4096, None)", refused: ["EPERM"],
            control: .rootApart),
        .init(
            "mounts a file system",
            "each(lambda kind: function('mount', b'x', scratch.encode(), kind.encode(), 0, None), ('tmpfs', 'proc', 'sysfs', 'devpts', 'mqueue'))",
            refused: ["EPERM"], control: .rootApart, absent: ["ENODEV", "EBUSY"]),
        .init(
            "mounts the host's disk", "each(lambda disk: function('mount', disk.encode(), b'/no/such/folder', b'ext4', 0, None), devices)",
            refused: ["EPERM"], control: .rootFails(["ENOENT"], else: "it would be mounted twice")),
        .init(
            "shows a folder elsewhere", "return function('mount', b'/usr', scratch.encode(), None, 4096, None)", refused: ["EPERM"],
            control: .rootApart),
        .init("unmounts a mask", "return function('umount2', b'/proc/cmdline', 2)", refused: ["EPERM"], control: .rootApart),
        .init("clones a tree", "return call('open_tree', -100, b'/', 1)", refused: ["EPERM"], control: .rootApart),
        .init("opens a file system", "return call('fsopen', b'tmpfs', 0)", refused: ["EPERM"], control: .rootApart),
        .init(
            "moves a mount", "return call('move_mount', -100, b'/usr', -100, scratch.encode(), 0)", refused: ["EPERM"], control: .rootApart),
        .init(
            "changes a mount's attributes", "return call('mount_setattr', -100, b'/usr', 0, bytes(32), 32)", refused: ["EPERM"],
            control: .rootApart),
        .init("changes its root", "return function('chroot', scratch.encode())", refused: ["EPERM"], control: .root),
        .init("pivots its root", "os.chdir(scratch)\nreturn call('pivot_root', b'.', b'.')", refused: ["EPERM"], control: .rootApart),
        .init(
            "makes a device",
            "each(lambda kind: function('mknod', f'{scratch}/{kind}'.encode(), kind, 0x103), (0o60600, 0o20600))", refused: ["EPERM"],
            control: .rootApart),
        .init(
            "opens a device", "each(lambda path: os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK)), devices)", refused: ["ENOENT"],
            landlock: ["EACCES", "ENOENT"], control: .root, absent: ["ENOENT", "ENXIO", "ENODEV", "ENOMEDIUM", "EBUSY", "EPERM"]),
        .init(
            "writes core_pattern", "return writable('/proc/sys/kernel/core_pattern')", refused: ["EACCES"], landlock: ["EACCES"],
            control: .root),
        .init(
            "presses sysrq", "return writable('/proc/sysrq-trigger')", refused: ["EROFS", "ENOENT"], landlock: ["EACCES", "ENOENT"],
            control: .root, absent: ["ENOENT"]),
        .init(
            "reads the kernel's memory", "return readable('/proc/kcore')", refused: ["nothing", "ENOENT"], landlock: ["EACCES", "ENOENT"],
            control: .root, absent: ["ENOENT"]),
        .init(
            "reads the kernel's symbols", "return readable('/proc/kallsyms')", refused: ["nothing", "ENOENT"],
            landlock: ["EACCES", "ENOENT"], control: .root, absent: ["ENOENT"]),
        .init(
            "reads the kernel's command line", "return readable('/proc/cmdline')", refused: ["nothing"], landlock: ["EACCES"],
            control: .anyone),
        .init(
            "reads the keys of the machine", "return readable('/proc/keys')", refused: ["nothing", "ENOENT"],
            landlock: ["EACCES", "ENOENT"], control: .root, absent: ["ENOENT", "nothing"]),
        .init(
            "reads what the kernel tells of the machine",
            "each(lambda name: readable('/proc/' + name), ('timer_list', 'modules', 'partitions', 'diskstats', 'interrupts', 'slabinfo', 'vmallocinfo', 'config.gz', 'sched_debug'))",
            refused: ["nothing", "ENOENT"], landlock: ["EACCES", "ENOENT"], control: .root, absent: ["ENOENT", "nothing"]),
        .init(
            "leaves its control group", "each(writable, groups)", refused: ["ENOENT"], landlock: ["EACCES", "ENOENT"], control: .root,
            absent: ["ENOENT"]),
        .init(
            "has the host run a program when a group is empty", "each(writable, agents)", refused: ["ENOENT"],
            landlock: ["EACCES", "ENOENT"], control: .root, absent: ["ENOENT"]),
    ]
}
