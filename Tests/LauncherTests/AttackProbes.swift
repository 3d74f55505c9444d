import Foundation
import Testing

/// What code in the sandbox tries; it is to be refused by an error, or to find nothing.
struct AttackProbe: CustomTestStringConvertible {
    let title: String
    let attempt: String
    /// That the weaker tier does not stand in its way.
    var needsNamespaces = false

    var testDescription: String { title }

    /// Runs the attempt as the body of a function: an OSError is a refusal, and so is `nothing` as its value.
    var code: String {
        let body = attempt.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
        return "def attempt():\n\(body)\n\(Self.prelude)"
    }

    static let prelude = """
        import ctypes, os, platform, socket, sys, resource, errno
        libc = ctypes.CDLL(None, use_errno=True)
        numbers = {'x86_64': dict(keyctl=250, add_key=248, bpf=321, perf=298, userfaultfd=323, kexec=246, module=175, clone=56, kcmp=312, pivot_root=155),
                   'aarch64': dict(keyctl=219, add_key=217, bpf=280, perf=241, userfaultfd=282, kexec=104, module=105, clone=220, kcmp=272, pivot_root=41)}[platform.machine()]
        numbers.update(io_uring=425, open_tree=428, move_mount=429, fsopen=430, clone3=435, pidfd_getfd=438, mount_setattr=442, memfd_secret=447)
        def checked(value):
            if value == -1: raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
            return value
        def call(name, *arguments):
            return checked(libc.syscall(numbers[name], *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]))
        def function(name, *arguments):
            return checked(getattr(libc, name)(*[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]))
        def readable(path):
            with open(path, 'rb') as file: return file.read(100) or 'nothing'
        def writable(path, data=b'x'):
            with open(path, 'wb') as file: file.write(data)
            return path
        def signal_reaches(process):
            try: os.kill(process, 0)
            except OSError: return False
            return True
        try:
            value = attempt()
            print('refused' if value == 'nothing' else f'GOT {value!r}')
        except (OSError, ValueError) as error:
            print('refused', error)
        """

    /// Where the host's own root lies in its file system, with which every source in a mount table begins: nothing, unless it is a
    /// folder that was bound, as in a container.
    private static let hostRoot: String = {
        guard let mounts = try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8) else { return "" }
        var root = "/"
        for mount in mounts.split(separator: "\n") {
            let fields: [Substring] = mount.split(separator: " ")
            if fields.count > 4, fields[4] == "/" { root = String(fields[3]) }
        }
        return root == "/" ? "" : root
    }()

    static let files: [AttackProbe] = [
        .init(title: "reads the host's shadow file", attempt: "return readable('/etc/shadow')"),
        .init(title: "reads the host's root folder", attempt: "return os.listdir('/root')"),
        .init(
            title: "finds a host folder beside /usr",
            attempt: "return [d for d in ('/var', '/opt', '/srv', '/mnt', '/root', '/boot', '/sys') if os.path.exists(d)] or 'nothing'",
            needsNamespaces: true),
        .init(title: "climbs out with ..", attempt: "return set(os.listdir('/../../..')) - set(os.listdir('/')) or 'nothing'"),
        .init(
            title: "climbs out of an open folder",
            attempt:
                "os.chdir('/usr/lib')\nfor i in range(50): os.chdir('..')\nreturn set(os.listdir('.')) - set(os.listdir('/')) or 'nothing'"),
        .init(title: "writes into /usr", attempt: "return writable('/usr/bin/owned')"),
        .init(title: "writes over a system file", attempt: "return writable('/etc/passwd')"),
        .init(title: "writes a bound host file", attempt: "return writable('/etc/ld.so.cache')"),
        .init(title: "writes into the root", attempt: "return writable('/owned')"),
        .init(title: "writes over its driver", attempt: "return writable('/run/drivers/python')"),
        .init(title: "makes /usr writable by a remount", attempt: "return function('mount', b'none', b'/usr', None, 32 | 4096, None)"),
        .init(title: "mounts a tmpfs", attempt: "return function('mount', b'x', b'/tmp', b'tmpfs', 0, None)"),
        .init(title: "mounts the host's disk", attempt: "return function('mount', b'/dev/vda', b'/tmp', b'ext4', 0, None)"),
        .init(title: "unmounts a mask", attempt: "return function('umount2', b'/proc/kcore', 2)"),
        .init(title: "clones a tree", attempt: "return call('open_tree', -100, b'/', 1)"),
        .init(title: "opens a file system", attempt: "return call('fsopen', b'tmpfs', 0)"),
        .init(title: "moves a mount", attempt: "return call('move_mount', -100, b'/usr', -100, b'/tmp', 0)"),
        .init(title: "changes a mount's attributes", attempt: "return call('mount_setattr', -100, b'/usr', 0, bytes(32), 32)"),
        .init(title: "changes its root", attempt: "return function('chroot', b'/tmp')"),
        .init(title: "pivots its root", attempt: "return call('pivot_root', b'.', b'.')"),
        .init(title: "makes a device", attempt: "return function('mknod', b'/tmp/disk', 0o60600, 0x800)"),
        .init(
            title: "opens a block device",
            attempt: "return [open('/dev/' + d) for d in ('vda', 'sda', 'mem', 'kmsg', 'fuse', 'kvm', 'net/tun')]"),
        .init(title: "opens a file by its handle", attempt: "return function('open_by_handle_at', 3, bytes(64), 0)"),
        .init(
            title: "makes a set-user-id program that gains anything",
            attempt:
                "import shutil, subprocess\nshutil.copy('/usr/bin/id', '/tmp/id')\nos.chmod('/tmp/id', 0o6755)\nreturn 'nothing' if b'euid=0' not in subprocess.run(['/tmp/id'], capture_output=True).stdout else 'root'"
        ),
        .init(
            title: "becomes root through a set-user-id program of the host",
            attempt:
                "import subprocess\nreturn 'nothing' if subprocess.run(['su', '-c', 'id'], stdin=subprocess.DEVNULL, capture_output=True).returncode else 'root'"
        ),
        .init(title: "writes core_pattern", attempt: "return writable('/proc/sys/kernel/core_pattern', b'|/tmp/x')"),
        .init(title: "presses sysrq", attempt: "return writable('/proc/sysrq-trigger', b'h')"),
        .init(title: "reads the kernel's memory", attempt: "return readable('/proc/kcore')"),
        .init(title: "reads the kernel's symbols", attempt: "return readable('/proc/kallsyms')"),
        .init(title: "reads the kernel's command line", attempt: "return readable('/proc/cmdline')"),
        .init(title: "reads the keys of the machine", attempt: "return readable('/proc/keys')"),
        .init(
            title: "reaches a bind source over the mount table's fields",
            attempt:
                "return [line for line in open('/proc/self/mountinfo') if line.split()[3].removeprefix('\(hostRoot)').startswith(('/home', '/root', '/tmp', '/var')) and ' scratch ' not in line] or 'nothing'"
        ),
    ]

    static let processes: [AttackProbe] = [
        .init(
            title: "has a descriptor that it was not given",
            attempt:
                "import stat\nkinds = [(fd, os.readlink(f'/proc/self/fd/{fd}')) for fd in os.listdir('/proc/self/fd') if os.path.islink(f'/proc/self/fd/{fd}')]\nreturn [k for k in kinds if int(k[0]) not in (0, 1, 2, 97, 98, 99) and '/proc/' not in k[1]] or 'nothing'"
        ),
        .init(
            title: "sees a process that is not its own",
            attempt: "return [p for p in os.listdir('/proc') if p.isdigit() and int(p) not in (1, os.getpid())] or 'nothing'"),
        .init(title: "kills the first process", attempt: "import time\nos.kill(1, 9)\ntime.sleep(0.05)\nos.kill(1, 0)\nreturn 'nothing'"),
        .init(
            title: "stops the first process",
            attempt:
                "import time\nos.kill(1, 19)\ntime.sleep(0.05)\nreturn 'nothing' if open('/proc/1/stat').read().split()[2] in 'SR' else 'stopped'"
        ),
        .init(title: "reads the first process's environment", attempt: "return readable('/proc/1/environ')"),
        .init(title: "reads the first process's memory", attempt: "return readable('/proc/1/mem')"),
        .init(title: "lists the first process's descriptors", attempt: "return os.listdir('/proc/1/fd')"),
        .init(title: "enters the first process's root", attempt: "return os.listdir('/proc/1/root/')"),
        .init(title: "traces the first process", attempt: "return function('ptrace', 16, 1, 0, 0)"),
        .init(title: "traces itself", attempt: "return function('ptrace', 0, 0, 0, 0)"),
        .init(title: "reads another process's memory", attempt: "return function('process_vm_readv', 1, bytes(16), 1, bytes(16), 1, 0)"),
        .init(title: "takes a descriptor out of the first process", attempt: "return call('pidfd_getfd', os.pidfd_open(1), 3, 0)"),
        .init(title: "limits the first process", attempt: "return resource.prlimit(1, resource.RLIMIT_CPU, (0, 0))"),
        .init(title: "raises its own limits", attempt: "return resource.setrlimit(resource.RLIMIT_NPROC, (100000, 100000))"),
        .init(
            title: "has a variable that it was not given",
            attempt: "return set(os.environ) - {'PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'TERM', 'TMPDIR'} or 'nothing'"),
        .init(
            title: "has a capability",
            attempt:
                "return [l for l in open('/proc/self/status') if l.startswith(('CapInh', 'CapPrm', 'CapEff', 'CapAmb')) and int(l.split()[1], 16) or l == 'NoNewPrivs:\\t0\\n'] or 'nothing'"
        ),
        .init(title: "becomes root", attempt: "return os.setuid(0)"),
        .init(title: "takes up a group", attempt: "return os.setgroups([0])"),
        .init(title: "unshares into a user namespace", attempt: "return function('unshare', 0x10000000)"),
        .init(title: "clones into a user namespace", attempt: "return call('clone', 0x10000000 | 17, 0, 0, 0, 0)"),
        .init(title: "clones with flags behind a pointer", attempt: "return call('clone3', bytes(88), 88)"),
        .init(title: "enters a namespace", attempt: "return function('setns', os.open('/proc/self/ns/net', 0), 0)"),
        .init(
            title: "executes 32-bit system calls",
            attempt:
                "import mmap, subprocess\nif platform.machine() != 'x86_64': return 'nothing'\nchild = os.fork()\nif child == 0:\n    code = mmap.mmap(-1, 4096, prot=7)\n    code.write(b'\\xb8\\x14\\x00\\x00\\x00\\xcd\\x80\\xc3')\n    ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()\n    os._exit(0)\nstatus = os.waitpid(child, 0)[1]\nreturn 'nothing' if os.WIFSIGNALED(status) else 'ran'"
        ),
        .init(
            title: "executes x32 system calls",
            attempt:
                "if platform.machine() != 'x86_64': return 'nothing'\nchild = os.fork()\nif child == 0:\n    libc.syscall(ctypes.c_long(0x40000000 + 39))\n    os._exit(0)\nreturn 'nothing' if os.WIFSIGNALED(os.waitpid(child, 0)[1]) else 'ran'"
        ),
    ]

    static let kernel: [AttackProbe] = [
        .init(title: "makes a keyring", attempt: "return call('keyctl', 0, -3, 1)"),
        .init(title: "adds a key", attempt: "return call('add_key', b'user', b'x', b'y', 1, -3)"),
        .init(title: "loads a BPF program", attempt: "return call('bpf', 5, bytes(128), 128)"),
        .init(title: "opens a performance counter", attempt: "return call('perf', bytes(128), 0, -1, -1, 0)"),
        .init(title: "handles page faults", attempt: "return call('userfaultfd', 1)"),
        .init(title: "sets up io_uring", attempt: "return call('io_uring', 8, ctypes.create_string_buffer(120))"),
        .init(title: "hides memory", attempt: "return call('memfd_secret', 0)"),
        .init(title: "loads a kernel", attempt: "return call('kexec', 0, 0, 0, 0)"),
        .init(title: "loads a module", attempt: "return call('module', b'x', 1, b'')"),
        .init(title: "compares kernel objects", attempt: "return call('kcmp', 1, os.getpid(), 0, 0, 0)"),
        .init(title: "switches swap on", attempt: "return function('swapon', b'/tmp/x', 0)"),
        .init(title: "reboots", attempt: "return function('reboot', 0x1234567)"),
        .init(title: "sets the host name", attempt: "return socket.sethostname('owned')"),
        .init(title: "sets the clock", attempt: "import time\nreturn time.clock_settime(time.CLOCK_REALTIME, 0)"),
        .init(title: "switches accounting on", attempt: "return function('acct', b'/tmp/x')"),
        .init(title: "reads the kernel's log", attempt: "return function('klogctl', 3, ctypes.create_string_buffer(4096), 4096)"),
        .init(title: "changes its personality", attempt: "return function('personality', 0x0400000)"),
        .init(
            title: "puts characters into a terminal",
            attempt: "import fcntl, pty\nmaster, slave = pty.openpty()\nreturn fcntl.ioctl(slave, 0x5412, b'x')"),
        .init(
            title: "loads a line discipline",
            attempt: "import fcntl, pty\nmaster, slave = pty.openpty()\nreturn fcntl.ioctl(slave, 0x5423, (3).to_bytes(4, 'little'))"),
        .init(title: "asks for a message queue", attempt: "return function('mq_open', b'/x', 0o102, 0o600, None)"),
    ]

    static let network: [AttackProbe] = [
        .init(
            title: "finds an interface beside loopback", attempt: "return [n for _, n in socket.if_nameindex() if n != 'lo'] or 'nothing'"),
        .init(title: "connects to the internet", attempt: "return socket.create_connection(('1.1.1.1', 53), 2)"),
        .init(title: "connects to the metadata address", attempt: "return socket.create_connection(('169.254.169.254', 80), 2)"),
        .init(title: "connects over IPv6", attempt: "return socket.create_connection(('2606:4700:4700::1111', 53), 2)"),
        .init(title: "resolves a name", attempt: "return socket.getaddrinfo('example.com', 80)"),
        .init(title: "opens a raw socket", attempt: "return socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)"),
        .init(title: "opens a packet socket", attempt: "return socket.socket(17, socket.SOCK_RAW, 3)"),
        .init(title: "opens a vsock socket", attempt: "return socket.socket(40, socket.SOCK_STREAM)"),
        .init(title: "opens a kernel crypto socket", attempt: "return socket.socket(38, 5, 0)"),
        .init(title: "opens a netlink socket that is not for routes", attempt: "return socket.socket(16, socket.SOCK_RAW, 9)"),
        .init(
            title: "finds an abstract unix socket of the host",
            attempt: "return [l for l in open('/proc/net/unix').read().splitlines()[1:] if '@' in l] or 'nothing'"),
        .init(title: "sends to the supervisor's socket number", attempt: "return os.write(3, b'x')"),
        .init(
            title: "makes a pair of datagram sockets, which can be sent to others",
            attempt: "return [p.close() for p in socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)]"),
        .init(
            title: "makes a pair of raw sockets, which are the same",
            attempt: "return [p.close() for p in socket.socketpair(socket.AF_UNIX, socket.SOCK_RAW)]"),
    ]
}
