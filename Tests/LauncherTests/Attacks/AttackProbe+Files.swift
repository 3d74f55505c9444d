extension AttackProbe {
    /// Attempts to read and change what lies on the host.
    static let files: [AttackProbe] = [
        .init("reads a file of the host", "return readable(hidden + '/file')", refused: ["ENOENT"], landlock: ["EACCES"], control: .anyone),
        .init("lists a folder of the host", "return os.listdir(hidden)", refused: ["ENOENT"], landlock: ["EACCES"], control: .anyone),
        .init("reads the host's shadow file", "return readable('/etc/shadow')", refused: ["ENOENT"], landlock: ["EACCES"], control: .root),
        .init("reads the host's root folder", "return os.listdir('/root')", refused: ["ENOENT"], landlock: ["EACCES"], control: .root),
        .init(
            "finds a host folder beside /usr", "each(os.stat, ('/var', '/opt', '/srv', '/mnt', '/root', '/boot', '/sys'))",
            refused: ["ENOENT"], landlock: [], control: .anyone, absent: ["ENOENT"]),
        .init(
            "climbs out with ..", "return readable('/usr/../../../..' + hidden + '/file')", refused: ["ENOENT"], landlock: ["EACCES"],
            control: .anyone),
        .init(
            "climbs out of an open folder",
            "os.chdir('/usr/lib')\nfor i in range(50): os.chdir('..')\nreturn readable('.' + hidden + '/file')",
            refused: ["ENOENT"], landlock: ["EACCES"], control: .anyone),
        .init(
            "reaches the host over a link in its home",
            "os.symlink(hidden, scratch + '/link')\nreturn readable(scratch + '/link/file')", refused: ["ENOENT"], landlock: ["EACCES"],
            control: .anyone),
        .init(
            "finds a folder of the host in the table of mounts",
            "return [l for l in open('/proc/self/mountinfo') if hidden.rsplit('/', 2)[1] in l and shown not in l]",
            refused: ["nothing"], landlock: ["EACCES"], control: .rootApart),
        .init("writes into /usr", "return created('/usr/bin/owned')", refused: ["EROFS"], landlock: ["EACCES"], control: .root),
        .init("writes over a system file", "return writable('/etc/passwd')", refused: ["EROFS"], landlock: ["EACCES"], control: .root),
        .init("writes a bound host file", "return writable('/etc/ld.so.cache')", refused: ["EACCES"], landlock: ["EACCES"], control: .root),
        .init("writes into the root", "return created('/owned')", refused: ["EROFS"], landlock: ["EACCES"], control: .root),
        .init(
            "writes over its driver",
            """
            places = '/run/drivers/python', os.path.dirname(os.environ.get('HOME', '/')) + '/drivers/python', shown + '/script.py'
            return writable(next(p for p in places if os.path.exists(p)))
            """, refused: ["EROFS"], landlock: ["EACCES"], control: .root),
        .init(
            "writes a host file that it is shown", "return writable(shown + '/file')", refused: ["EROFS"], landlock: ["EACCES"],
            control: .anyone),
        .init(
            "makes a file in a host folder that it is shown", "return created(shown + '/new')", refused: ["EROFS"], landlock: ["EACCES"],
            control: .anyone),
        .init(
            "truncates a host file", "return os.truncate(shown + '/file', 0)", refused: ["EROFS"], landlock: ["EACCES"], control: .anyone),
        .init("removes a host file", "return os.unlink(shown + '/file')", refused: ["EROFS"], landlock: ["EACCES"], control: .anyone),
        .init(
            "renames a host file", "return os.rename(shown + '/file', shown + '/file2')", refused: ["EROFS"], landlock: ["EACCES"],
            control: .anyone),
        .init(
            "links a host file into its own folder", "return os.link(shown + '/file', scratch + '/linked')", refused: ["EXDEV"],
            control: .anyone),
        .init(
            "changes the mode of a host file", "return os.chmod(shown + '/file', 0o4777)", refused: ["EROFS"], landlock: ["EPERM"],
            control: .anyone),
        .init(
            "changes the owner of a host file", "return os.chown(shown + '/file', os.getuid(), os.getgid())", refused: ["EROFS"],
            landlock: ["EPERM"], control: .anyone),
        .init(
            "sets a host file's times", "return os.utime(shown + '/file', (0, 0))", refused: ["EROFS"], landlock: ["EPERM"],
            control: .anyone),
        .init(
            "sets a host file's times to now", "return os.utime(shown + '/file')", refused: ["EROFS"], landlock: [], control: .anyone),
        .init(
            "marks a host file with an attribute", "return os.setxattr(shown + '/file', 'user.owned', b'x')", refused: ["EROFS"],
            landlock: ["EPERM"], control: .anyone, absent: ["EOPNOTSUPP"]),
        .init(
            "writes a host file through its own process",
            "return writable('/proc/self/root' + shown + '/file')", refused: ["EROFS"], landlock: ["EACCES"], control: .anyone),
        .init("reads the host's shared memory", "return readable(memory)", refused: ["ENOENT"], landlock: ["EACCES"], control: .anyone),
        .init("writes the host's shared memory", "return writable(memory)", refused: ["ENOENT"], landlock: ["EACCES"], control: .anyone),
        .init(
            "asks for the handle of a file",
            "return function('name_to_handle_at', -100, b'/tmp', struct.pack('Ii120x', 120, 0), ctypes.create_string_buffer(8), 0)",
            refused: ["EPERM"], control: .anyone, absent: ["EOPNOTSUPP"]),
        .init(
            "opens a file by its handle",
            """
            handle = ctypes.create_string_buffer(struct.pack('IiII', 8, 1, 2, 0), 128)
            file = ctypes.create_string_buffer(struct.pack('Ii', 120, 0), 128)
            if libc.name_to_handle_at(-100, scratch.encode(), file, ctypes.create_string_buffer(8), 0) == 0: handle = file
            return function('open_by_handle_at', os.open(scratch, os.O_RDONLY), handle, 0)
            """, refused: ["EPERM"], control: .rootApart),
        .init(
            "becomes root through a set-user-id program of the host",
            """
            program = subprocess.Popen(['su', '-c', 'id'], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            # The program has its new user only some time after the call that starts it has returned.
            became = happens(lambda: os.stat(f'/proc/{program.pid}').st_uid != os.getuid())
            program.kill()
            program.wait()
            return became
            """, refused: ["nothing"], control: .anyone),
    ]
}
