internal import Cryptography
internal import EventLoop
internal import Glibc
internal import WireProtocol

/// The bytes of files, each in a file of its own below one folder, named by its id. All calls that touch the disk run on the blocking pool.
///
/// A file is written under `incoming/`, flushed to the disk, and then moved to its place: what is there is whole.
final class DiskStorage {
    /// Bytes that were written and are not in their place yet.
    struct Incoming: Sendable {
        let id: FileID
        let size: Int
        let digest: SHA256Digest
    }

    private let root: String
    private let loop: EventLoop

    private let checked: Signal
    private var isChecking = false
    private var lastCheck: Result<Void, any Error> = .success(())

    private static let writeSize = 1 << 20

    init(root: String, loop: EventLoop) {
        self.root = root
        self.loop = loop
        checked = Signal(on: loop)
    }

    /// Makes the folders. Throws a message that names the one that cannot be written.
    func prepare() async throws {
        let root = root
        try await onDisk {
            if mkdir(root, 0o700) != 0, errno != EEXIST { throw StorageError(action: "make the folder \(root)", code: errno) }
            for name in ["incoming", "objects"] { try StoredFile.makeFolder(name, in: root) }
        }
        try await check()
    }

    /// Throws unless a file can be written. Whoever asks may stop waiting; on a disk that hangs one call does, not one for each question.
    func check() async throws {
        if !isChecking {
            isChecking = true
            loop.spawn { [self] in
                lastCheck = await attempt()
                isChecking = false
                checked.notify()
            }
        }
        try await checked.wait { isChecking }
        try lastCheck.get()
    }

    private func attempt() async -> Result<Void, any Error> {
        let path = root + "/incoming/check-" + String(loop.random.next(), radix: 36)
        do {
            try await onDisk {
                try StoredFile.create(path).close()
                unlink(path)
            }
            return .success(())
        } catch { return .failure(error) }
    }

    /// Makes a call that blocks, to its end: whoever is cancelled meanwhile finds the disk as the call left it, and may still tidy up.
    private func onDisk<T: Sendable>(_ call: @escaping @Sendable () throws -> T) async throws -> T {
        try await loop.spawn { [loop] in try await loop.offload(call) }.value
    }

    /// Writes what `next` gives until it gives nil. Throws what `next` throws, and `StorageError`.
    func write(_ id: FileID, _ next: () async throws -> ArraySlice<UInt8>?) async throws -> Incoming {
        let path = incomingPath(id)
        let file = try await onDisk { try StoredFile.create(path) }
        do {
            var buffer: [UInt8] = []
            while let piece = try await next() {
                buffer.append(contentsOf: piece)
                guard buffer.count >= Self.writeSize else { continue }
                let full = buffer
                buffer.removeAll(keepingCapacity: true)
                try await onDisk { try file.append(full) }
            }
            let rest = buffer
            let (size, digest) = try await onDisk {
                try file.append(rest)
                return try file.finish()
            }
            return Incoming(id: id, size: size, digest: digest)
        } catch {
            try? await onDisk {
                file.close()
                unlink(path)
            }
            throw error
        }
    }

    /// Moves written bytes to their place.
    func keep(_ incoming: Incoming) async throws {
        let (source, target, folder) = (incomingPath(incoming.id), objectPath(incoming.id), objectFolder(incoming.id))
        let (objects, name) = (objects, Self.folderName(incoming.id))
        try await onDisk {
            try StoredFile.makeFolder(name, in: objects)
            guard rename(source, target) == 0 else { throw StorageError(action: "store a file in \(folder)", code: errno) }
            try StoredFile.synchronize(folder: folder)
        }
    }

    /// Drops written bytes that are not to be kept.
    func discard(_ incoming: Incoming) async { await remove([incomingPath(incoming.id)]) }

    /// Removes a file's bytes.
    func remove(_ id: FileID) async { await remove([objectPath(id)]) }

    private func remove(_ paths: [String]) async {
        try? await onDisk { for path in paths { unlink(path) } }
    }

    /// Opens a file's bytes; nil when there are none.
    func open(_ id: FileID) async throws -> StoredFile? {
        let path = objectPath(id)
        return try await onDisk { try StoredFile.open(path) }
    }

    /// At most `count` bytes of an open file from a place.
    func read(_ file: StoredFile, at position: Int, count: Int) async throws -> [UInt8] {
        try await onDisk { try file.read(at: position, count: count) }
    }

    /// The ids of the objects that were stored before a moment, in seconds since 1970, and what was left half-written before it.
    func objects(before moment: Int) async throws -> (stored: [FileID], abandoned: [String]) {
        let root = root
        return try await onDisk {
            var stored: [FileID] = []
            for folder in StoredFile.names(in: root + "/objects") {
                let path = root + "/objects/" + folder
                for name in StoredFile.names(in: path) where StoredFile.changed(path + "/" + name).map({ $0 < moment }) == true {
                    if let id = FileID(name) { stored.append(id) }
                }
            }
            let incoming = root + "/incoming"
            let abandoned = StoredFile.names(in: incoming).map { incoming + "/" + $0 }.filter {
                StoredFile.changed($0).map { $0 < moment } == true
            }
            return (stored, abandoned)
        }
    }

    /// Removes half-written files.
    func removeAbandoned(_ paths: [String]) async { await remove(paths) }

    private func incomingPath(_ id: FileID) -> String { "\(root)/incoming/\(id)" }
    private func objectPath(_ id: FileID) -> String { "\(objectFolder(id))/\(id)" }
    private func objectFolder(_ id: FileID) -> String { "\(objects)/\(Self.folderName(id))" }
    private var objects: String { root + "/objects" }
    /// The last characters of an id are random, the first are its time.
    private static func folderName(_ id: FileID) -> String { String(id.description.suffix(2)) }
}

/// The disk refused.
struct StorageError: Error, CustomStringConvertible {
    let action: String
    let code: Int32

    var description: String { "cannot \(action): \(String(cString: strerror(code)))" }
    var isFull: Bool { code == ENOSPC || code == EDQUOT }
}
