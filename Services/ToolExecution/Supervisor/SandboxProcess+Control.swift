internal import JSON
package import WireProtocol

extension SandboxProcess {
    /// Stops everything that runs in it, with its state; its time stands still. Throws `SandboxFailure` when it cannot be stopped.
    func pause() async throws { try await ask(.pause) }

    /// Lets it go on.
    func resume() async throws { try await ask(.resume) }

    private func ask(_ kind: LauncherFrame.Kind) async throws {
        let request = try await send(kind) { _ in }
        guard case .end = try await request.next() else { throw SandboxFailure(description: "the sandbox could not be stopped") }
    }

    /// What it uses now.
    func measure() async throws -> SandboxUsage {
        guard case .measured(let usage) = try await send(.measure, { _ in }).next() else {
            throw SandboxFailure(description: "the sandbox cannot be measured")
        }
        return usage
    }

    /// Runs code to its end and returns its exit status; its output is dropped. Throws `SandboxGone`.
    package func run(_ code: String, in language: CodeLanguage, timeout: Duration) async throws -> Int {
        let request = try await evaluate(language.rawValue, code: code, timeout: timeout)
        while true {
            switch try await request.next() {
            case .done(let end): return end.status
            case .refused(let reason): throw SandboxFailure(description: reason)
            default: break
            }
        }
    }

    /// How it is kept apart from the rest of the machine.
    var enclosure: SandboxEnclosure? {
        try? JSONCodec.decode(SandboxEnclosure.self, from: Array(description.utf8), unknownFields: .ignored)
    }
}

/// What a sandbox uses.
struct SandboxUsage: Equatable {
    /// Of all its processes so far, in nanoseconds.
    var processorNanoseconds: UInt64
    /// In bytes, files included.
    var memory: Int
    var memoryPeak: Int
    var processes: Int
    /// In bytes.
    var disk: Int
    var diskSize: Int
}

extension SandboxUsage {
    init(_ reader: inout FieldReader) throws {
        processorNanoseconds = try reader.longNumber()
        memory = Int(clamping: try reader.longNumber())
        memoryPeak = Int(clamping: try reader.longNumber())
        processes = Int(clamping: try reader.longNumber())
        disk = Int(clamping: try reader.longNumber())
        diskSize = Int(clamping: try reader.longNumber())
    }
}

/// What a launcher says of its sandbox when it is ready.
struct SandboxEnclosure: Codable, Equatable {
    var tier: String
    /// Whether the memory of all processes together is limited.
    var memoryEnforced: Bool
    /// Whether the share of the processors is.
    var cpuEnforced: Bool
    /// Whether it is a user of its own on the host.
    var ownUser: Bool
}
