internal import Glibc
internal import WireProtocol

extension SandboxProcess {
    private enum FileOperation: UInt32 {
        case look, list, makeFolder, move, remove
    }

    /// What is below a folder, `depth` levels down. Throws `SandboxFault`.
    func entries(in folder: String, depth: Int) async throws -> [SandboxEntry] {
        try await perform(.list, folder, depth: depth)
    }

    func entry(at path: String) async throws -> SandboxEntry { try await single(.look, path) }

    /// Makes a folder and those above it. A fault when it is there already.
    func makeFolder(_ path: String) async throws -> SandboxEntry { try await single(.makeFolder, path) }

    func move(_ path: String, to destination: String) async throws -> SandboxEntry {
        try await single(.move, path, destination: destination)
    }

    /// Removes a file or an empty folder.
    func remove(_ path: String) async throws { _ = try await perform(.remove, path) }

    private func single(_ operation: FileOperation, _ path: String, destination: String? = nil) async throws -> SandboxEntry {
        guard let entry = try await perform(operation, path, destination: destination).first else { throw SandboxGone() }
        return entry
    }

    private func perform(
        _ operation: FileOperation, _ path: String, depth: Int = 0, destination: String? = nil
    ) async throws -> [SandboxEntry] {
        let request = try await send(.file) { body in
            body.append(number: operation.rawValue)
            body.append(number: UInt32(clamping: depth))
            body.append(name: path)
            if let destination { body.append(name: destination) }
        }
        var entries: [SandboxEntry] = []
        while true {
            switch try await request.next() {
            case .attributes(let entry): entries.append(entry)
            case .end: return entries
            case .fault(let fault): throw fault
            default: break
            }
        }
    }

    /// Opens a file to read it, or to write it anew. Throws `SandboxFault`.
    func open(_ path: String, forWriting: Bool) async throws -> SandboxTransfer {
        let request = try await send(.open) { body in
            body.append(number: forWriting ? 1 : 0)
            body.append(name: path)
        }
        return SandboxTransfer(try await opened(request), request: request, in: self)
    }

    /// Watches a folder: `change` answers until it is closed. Throws `SandboxFault`.
    func watch(_ folder: String, recursive: Bool) async throws -> SandboxRequest {
        let request = try await send(.watch) { body in
            body.append(number: recursive ? 1 : 0)
            body.append(name: folder)
        }
        _ = try await opened(request)
        return request
    }

    /// Ends what was opened.
    func close(_ request: SandboxRequest) async throws { try await send(.close, about: request) }

    private func opened(_ request: SandboxRequest) async throws -> SandboxEntry {
        do {
            while true {
                switch try await request.next() {
                case .attributes(let entry): return entry
                case .fault(let fault): throw fault
                default: break
                }
            }
        } catch {
            abandon(request) { try await self.close(request) }
            throw error
        }
    }

    /// Ends an interpreter and forgets its state. Throws `SandboxFault` when it executes code.
    func stopInterpreter(_ name: String) async throws {
        let request = try await send(.stop) { $0.append(name: name) }
        if case .fault(let fault) = try await request.next() { throw fault }
    }
}

/// A file of a sandbox that is being read or written. Letting go of it closes the file.
final class SandboxTransfer {
    /// The file when it was opened.
    let entry: SandboxEntry
    private let request: SandboxRequest
    private let process: SandboxProcess
    private var asked = 0
    private var isClosed = false

    /// How much is asked for ahead.
    private static let window = 256 * 1024
    private static let longestPiece = 256 * 1024

    fileprivate init(_ entry: SandboxEntry, request: SandboxRequest, in process: SandboxProcess) {
        self.entry = entry
        self.request = request
        self.process = process
    }

    /// The next piece of a file that is read; nil at its end.
    func next() async throws -> [UInt8]? {
        if asked <= Self.window / 2 {
            try await process.more(request, bytes: Self.window - asked)
            asked = Self.window
        }
        while true {
            switch try await request.next() {
            case .output(_, let bytes):
                asked -= bytes.count
                return bytes
            case .end: return nil
            case .fault(let fault): throw fault
            default: break
            }
        }
    }

    /// Writes a piece. What went wrong with an earlier one may be thrown now.
    func write(_ bytes: ArraySlice<UInt8>) async throws {
        var rest = bytes
        while !rest.isEmpty {
            if case .fault(let fault)? = request.nextIfAvailable() { throw fault }
            let piece = rest.prefix(Self.longestPiece)
            try await process.send(.write, about: request) { $0.append(contentsOf: piece) }
            rest = rest.dropFirst(piece.count)
        }
    }

    /// Waits until all that was written is in the file.
    func finish() async throws {
        try await process.close(request)
        isClosed = true
        while true {
            switch try await request.next() {
            case .end: return
            case .fault(let fault): throw fault
            default: break
            }
        }
    }

    deinit {
        if !isClosed { process.abandon(request) { [process, request] in try await process.close(request) } }
    }
}
