internal import Glibc
internal import WireProtocol

/// What lies in a sandbox's folders. Paths are looked up by the sandbox's first process, which lets none lead out; what takes long is
/// done by ordinary programs within the sandbox.
struct SandboxFileService {
    let sandbox: LiveSandbox

    private static let mostDepth = 64

    private static func check(_ paths: String...) throws {
        guard paths.allSatisfy({ !$0.utf8.contains(0) && $0.utf8.count < 1000 }) else {
            throw Problem(.validationFailed, detail: "a path may have 1000 bytes, and no zero byte")
        }
    }

    func list(_ folder: String, depth: Int) async throws -> [SandboxEntry] {
        try Self.check(folder)
        let depth = min(max(depth, 1), Self.mostDepth)
        return try await sandbox.using { try await sandbox.process.entries(in: folder, depth: depth) }.sorted { $0.path < $1.path }
    }

    func entry(_ path: String) async throws -> SandboxEntry {
        try Self.check(path)
        return try await sandbox.using { try await sandbox.process.entry(at: path) }
    }

    func makeFolder(_ path: String) async throws -> SandboxEntry {
        try Self.check(path)
        return try await sandbox.using { try await sandbox.process.makeFolder(path) }
    }

    func move(_ source: String, to destination: String) async throws -> SandboxEntry {
        try Self.check(source, destination)
        return try await sandbox.using {
            do {
                return try await sandbox.process.move(source, to: destination)
            } catch let fault as SandboxFault where fault.code == EXDEV {
                // From one of the folders to the other: it has to be copied. A path that leads out fails here as it did there.
                _ = try await sandbox.process.entry(at: source)
                try await ProgramPipe.run(
                    Self.shell("mv -fT -- \(try Self.place(source)) \(try Self.place(destination))"), in: sandbox.process)
                return try await sandbox.process.entry(at: destination)
            }
        }
    }

    private static func shell(_ line: String) -> [String] { ["/bin/sh", "-c", "exec " + line] }

    /// A path as a word of the shell. In the weaker tier the folders are elsewhere: the launcher says where in these variables.
    private static func place(_ path: String) throws -> String {
        for (folder, variable) in [("/home/user/", "\"$HOME\""), ("/tmp/", "\"$TMPDIR\"")] where path.hasPrefix(folder) {
            return "\(variable)/\(Shell.quoted(String(path.dropFirst(folder.count))))"
        }
        guard !path.hasPrefix("/") else { throw SandboxFault(code: EXDEV, subject: path) }
        return "\"$HOME\"/\(Shell.quoted(path))"
    }

    func remove(_ path: String, recursively: Bool) async throws {
        try Self.check(path)
        try await sandbox.using {
            do {
                try await sandbox.process.remove(path)
            } catch let fault as SandboxFault where fault.code == ENOTEMPTY && recursively {
                try await ProgramPipe.run(Self.shell("rm -rf -- \(try Self.place(path))"), in: sandbox.process)
            }
        }
    }

    /// Opens a file to be read later; a problem when it cannot be.
    func open(_ path: String) async throws -> SandboxTransfer {
        try Self.check(path)
        return try await sandbox.using { try await sandbox.process.open(path, forWriting: false) }
    }

    /// Writes a file from pieces; when they stop coming, the file is what came.
    func write(_ path: String, _ next: () async throws -> ArraySlice<UInt8>?) async throws -> SandboxEntry {
        try Self.check(path)
        return try await sandbox.using {
            let transfer = try await sandbox.process.open(path, forWriting: true)
            while let piece = try await next() { try await transfer.write(piece) }
            try await transfer.finish()
            return try await sandbox.process.entry(at: path)
        }
    }

    /// A folder as a tar archive.
    func archive(_ folder: String) async throws -> ProgramPipe {
        let entry = try await entry(folder)
        guard entry.type == .folder else { throw SandboxFault(code: ENOTDIR, subject: folder) }
        return try await sandbox.using {
            try await ProgramPipe.start(Self.shell("tar -c -f - -C \(try Self.place(folder + "/")) ."), in: sandbox.process)
        }
    }

    /// Unpacks a tar archive. The sandbox's own program does it, with no more rights than the sandbox's code has.
    func unpack(into folder: String, _ next: () async throws -> ArraySlice<UInt8>?) async throws {
        try Self.check(folder)
        try await sandbox.using {
            do { _ = try await sandbox.process.makeFolder(folder) } catch let fault as SandboxFault where fault.code == EEXIST {}
            guard let first = try await next() else { return }
            let arguments = Self.shell("tar -x --no-same-owner \(Self.compression(first)) -f - -C \(try Self.place(folder + "/"))")
            let pipe = try await ProgramPipe.start(arguments, hasInput: true, in: sandbox.process)
            try await pipe.write(first)
            while let piece = try await next() { try await pipe.write(piece) }
            try await pipe.finish()
        }
    }

    /// tar does not look at what comes through a pipe.
    private static func compression(_ start: ArraySlice<UInt8>) -> String {
        if start.starts(with: [0x1F, 0x8B]) { return "-z" }
        if start.starts(with: Array("BZh".utf8)) { return "-j" }
        if start.starts(with: [0xFD, 0x37, 0x7A, 0x58, 0x5A]) { return "-J" }
        return "--no-auto-compress"
    }
}
