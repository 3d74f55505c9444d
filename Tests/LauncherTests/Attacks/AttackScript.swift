import Foundation

/// The whole Python program of a probe. It prints a line for each thing tried: what it was, a tab, and its outcome, which is the name of
/// an error or a signal, `nothing`, or `got` and what it got.
enum AttackScript {
    static func inside(_ probe: AttackProbe, _ ground: AttackGround) -> String {
        """
        import os
        first, patience, scratch = os.getppid(), 0.05, os.environ.get('TMPDIR', '/tmp')
        \(program(probe, ground))
        """
    }

    /// The sandbox's first process is there played by a child.
    static func outside(_ probe: AttackProbe, _ ground: AttackGround, prepare preparation: String = "") -> String {
        """
        import ctypes, os, signal
        ready, told = os.pipe()
        first, patience = os.fork(), 100
        if first == 0:
            ctypes.CDLL(None).prctl(1, 9) # it ends with its parent, which waits until that is certain
            os.write(told, b'x')
            while True: signal.pause()
        os.read(ready, 1)
        for end in (ready, told): os.close(end)
        \(ground.definitions)
        scratch = ground + '/scratch'
        \(preparation)
        \(program(probe, ground))
        """
    }

    private static func program(_ probe: AttackProbe, _ ground: AttackGround) -> String {
        let body = probe.attempt.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
        return "\(ground.definitions)\n\(prelude)\ndef attempt():\n\(body)\n\(conclusion)"
    }

    private static let prelude = """
        import ctypes, errno, fcntl, mmap, os, platform, pty, resource, signal, socket, struct, subprocess, sys, time, uuid
        libc = ctypes.CDLL(None, use_errno=True)
        numbers = {'x86_64': dict(keyctl=250, add_key=248, bpf=321, perf=298, userfaultfd=323, kexec=246, module=175, clone=56, kcmp=312,
                                  pivot_root=155, clock_settime=227, acct=163, fanotify=300, quotactl=179),
                   'aarch64': dict(keyctl=219, add_key=217, bpf=280, perf=241, userfaultfd=282, kexec=104, module=105, clone=220, kcmp=272,
                                   pivot_root=41, clock_settime=112, acct=89, fanotify=262, quotactl=60)}[platform.machine()]
        numbers.update(io_uring=425, open_tree=428, move_mount=429, fsopen=430, clone3=435, pidfd_getfd=438, mount_setattr=442, memfd_secret=447)
        outcomes = []
        def descriptors(): return {n for n in range(3, 90) if os.path.exists(f'/proc/self/fd/{n}')}
        before = descriptors()
        class Refused(Exception): pass
        def checked(value):
            if value == -1: raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
            return value
        def wide(arguments): return [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
        def call(name, *arguments): return checked(libc.syscall(numbers[name], *wide(arguments)))
        def function(name, *arguments): return checked(getattr(libc, name)(*wide(arguments)))
        def readable(path):
            with open(path, 'rb') as file: return file.read(100)
        def writable(path): return os.close(os.open(path, os.O_WRONLY))
        def created(path):
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
            os.unlink(path)
        def connected(family, kind, address):
            with socket.socket(family, kind) as client:
                client.settimeout(30)
                client.connect(address)
                for _ in range(20): client.send(b'x')
            return 'connected'
        def terminal():
            try: return pty.openpty()[1]
            except OSError: return 0
        def state(process): return open(f'/proc/{process}/stat').read().rsplit(')', 1)[1].split()[0]
        def happens(condition):
            until = time.monotonic() + patience
            while not condition():
                if time.monotonic() > until: return ''
                time.sleep(0.005)
            return 'it happens'
        def outcome(action, *arguments):
            try: value = action(*arguments)
            except Refused as refusal: return str(refusal)
            except socket.gaierror as error:
                return next((n for n in dir(socket) if n.startswith('EAI_') and getattr(socket, n) == error.errno), repr(error))
            except OSError as error: return errno.errorcode.get(error.errno, repr(error))
            return 'nothing' if hasattr(value, '__len__') and len(value) == 0 else f'got {value!r}'[:200]
        def each(action, things): outcomes.extend((thing, outcome(action, thing)) for thing in things)
        def in_child(action):
            reading, writing = os.pipe()
            child = os.fork()
            if child == 0:
                os.write(writing, outcome(action).encode())
                os._exit(0)
            os.close(writing)
            text, status = os.read(reading, 1000).decode(), os.waitpid(child, 0)[1]
            if os.WIFSIGNALED(status): raise Refused(signal.Signals(os.WTERMSIG(status)).name)
            if not text.startswith('got '): raise Refused(text)
            return text
        def forked(process):
            if process == 0: os._exit(0)
            os.waitpid(process, 0)
            return process
        """

    private static let conclusion = """
        whole = outcome(attempt)
        for number in descriptors() - before: os.close(number)
        for thing, result in outcomes or [('', whole)]: print(thing, result, sep='\\t')
        """
}
