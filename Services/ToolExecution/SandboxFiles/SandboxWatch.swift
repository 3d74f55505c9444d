internal import WireProtocol

/// A folder of a sandbox whose changes are told. Letting go of it ends the watch.
final class SandboxWatch {
    private let request: SandboxRequest
    private let process: SandboxProcess

    /// Throws `SandboxFault` when it is no folder, or there are too many watches.
    init(_ folder: String, recursive: Bool, in process: SandboxProcess) async throws {
        request = try await process.watch(folder, recursive: recursive)
        self.process = process
    }

    /// The next change; nil when the sandbox has ended.
    func next() async throws -> SandboxChange? {
        do {
            while true {
                if case .change(let change) = try await request.next() { return change }
            }
        } catch is SandboxGone {
            return nil
        }
    }

    /// The changes that are there already, for who asks now and then.
    func available() -> [SandboxChange] {
        var changes: [SandboxChange] = []
        while let answer = request.nextIfAvailable() {
            if case .change(let change) = answer { changes.append(change) }
        }
        return changes
    }

    deinit {
        process.abandon(request) { [process, request] in try await process.close(request) }
    }
}
