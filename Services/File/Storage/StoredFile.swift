internal import Cryptography
internal import Glibc

/// An open file on the disk. Its calls block: they are made on the blocking pool, one after the other.
///
/// `@unchecked Sendable`: it is handed from one blocking call to the next and never used by two at once.
final class StoredFile: @unchecked Sendable {
    private var descriptor: Int32
    private let path: String
    private var size = 0
    /// How much of it the disk is known to have.
    private var synchronized = 0
    /// Of what is written; nil for a file to read.
    private let hash: IncrementalHash?

    private static let largestRest = 64 << 20

    private init(descriptor: Int32, path: String, hash: IncrementalHash? = nil) {
        self.descriptor = descriptor
        self.path = path
        self.hash = hash
    }

    deinit { close() }

    /// A new file; it must not exist.
    static func create(_ path: String) throws -> StoredFile {
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw StorageError(action: "write \(path)", code: errno) }
        return StoredFile(descriptor: descriptor, path: path, hash: IncrementalHash())
    }

    /// A file to read; nil when there is none.
    static func open(_ path: String) throws -> StoredFile? {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        if descriptor < 0, errno == ENOENT { return nil }
        guard descriptor >= 0 else { throw StorageError(action: "read \(path)", code: errno) }
        return StoredFile(descriptor: descriptor, path: path)
    }

    /// Writes at the end.
    func append(_ bytes: [UInt8]) throws {
        hash?.update(bytes)
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw StorageError(action: "write \(path)", code: errno) }
            size += count
            rest = rest.dropFirst(count)
        }
        // Now and then, so that however large the file is, `finish` takes a moment: somebody waits for the answer.
        if size - synchronized >= Self.largestRest {
            guard fdatasync(descriptor) == 0 else { throw StorageError(action: "write \(path)", code: errno) }
            synchronized = size
        }
    }

    /// Brings everything to the disk and closes the file.
    func finish() throws -> (size: Int, digest: SHA256Digest) {
        guard fsync(descriptor) == 0 else { throw StorageError(action: "write \(path)", code: errno) }
        close()
        return (size, hash?.finalize() ?? SHA256.digest(of: [UInt8]()))
    }

    /// At most `count` bytes from a place; fewer only at the end of the file.
    func read(at position: Int, count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = bytes.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress.map { $0 + filled }, count - filled, off_t(position + filled))
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw StorageError(action: "read \(path)", code: errno) }
            if got == 0 { break }
            filled += got
        }
        bytes.removeLast(count - filled)
        return bytes
    }

    func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }

    /// Makes a folder, if it is not there, and brings its name to the disk.
    static func makeFolder(_ name: String, in parent: String) throws {
        let folder = parent + "/" + name
        if mkdir(folder, 0o700) == 0 { return try synchronize(folder: parent) }
        guard errno == EEXIST else { throw StorageError(action: "make the folder \(folder)", code: errno) }
    }

    /// Brings the names in a folder to the disk.
    static func synchronize(folder: String) throws {
        let descriptor = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StorageError(action: "read the folder \(folder)", code: errno) }
        defer { Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw StorageError(action: "write the folder \(folder)", code: errno) }
    }

    /// The names in a folder, without those that begin with a dot.
    static func names(in folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }

    /// When a file was last changed, in seconds since 1970.
    static func changed(_ path: String) -> Int? {
        var status = stat()
        return lstat(path, &status) == 0 ? Int(status.st_mtim.tv_sec) : nil
    }
}

/// SHA-256 of what has been written so far, in a box: the hash itself cannot be copied.
private final class IncrementalHash {
    private var hash: SHA256? = SHA256()

    func update(_ bytes: [UInt8]) { hash?.update(bytes) }

    func finalize() -> SHA256Digest {
        guard let hash = hash.take() else { return SHA256.digest(of: [UInt8]()) }
        return hash.finalize()
    }
}
