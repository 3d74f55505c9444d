internal import WireProtocol

/// A program for a sandbox to start.
struct SandboxProgram {
    /// The program first, looked for in PATH when it has no slash.
    var arguments: [String]
    var folder = "/home/user"
    var environment: [String: String] = [:]
    var hasInput = false
    var terminal: TerminalSize?
    /// nil: as long as it likes.
    var timeout: Duration?
    var output: Output

    enum Output {
        /// It is killed when it has written more bytes than this.
        case most(Int)
        /// It waits until more is asked for.
        case onDemand
    }

    /// What no program can be given, as a problem.
    func validate() throws {
        let texts = arguments + [folder] + environment.flatMap { [$0.key, $0.value] }
        guard texts.allSatisfy({ !$0.utf8.contains(0) }) else {
            throw Problem(.validationFailed, detail: "a zero byte cannot be part of a command")
        }
        guard environment.keys.allSatisfy({ !$0.isEmpty && !$0.utf8.contains(UInt8(ascii: "=")) }) else {
            throw Problem(.validationFailed, errors: [FieldError(pointer: "/environment", detail: "has a name that no variable can have")])
        }
        let size = texts.reduce(0) { $0 + $1.utf8.count + 8 }
        guard size < Self.mostBytes else { throw Problem(.validationFailed, detail: "the command is too long") }
    }

    private static let mostBytes = 512 * 1024
}

extension SandboxProcess {
    /// Starts a program. The answers: `begun`, then `output` and `taken`, and `done` at the end; or a fault.
    func start(_ program: SandboxProgram) async throws -> SandboxRequest {
        try await send(.command) { body in
            let isOnDemand: Bool
            let room: Int
            switch program.output {
            case .most(let bytes): (isOnDemand, room) = (false, bytes)
            case .onDemand: (isOnDemand, room) = (true, 0)
            }
            body.append(number: (program.hasInput ? 1 : 0) | (program.terminal != nil ? 2 : 0) | (isOnDemand ? 4 : 0))
            body.append(number: UInt32(clamping: program.terminal?.rows ?? 0))
            body.append(number: UInt32(clamping: program.terminal?.columns ?? 0))
            body.append(number: UInt32(clamping: (program.timeout ?? .zero).components.seconds * 1000))
            body.append(longNumber: UInt64(clamping: room))
            body.append(name: program.folder)
            body.append(number: UInt32(clamping: program.arguments.count))
            for argument in program.arguments { body.append(name: argument) }
            body.append(number: UInt32(clamping: program.environment.count))
            for (name, value) in program.environment { body.append(name: "\(name)=\(value)") }
        }
    }

    /// The longest piece of input that one frame takes.
    static let longestInput = 32 * 1024
    /// How much input a command may have been sent and not taken.
    static let mostWaitingInput = 64 * 1024

    func sendInput(_ bytes: ArraySlice<UInt8>, to command: SandboxRequest) async throws {
        try await send(.input, about: command) { $0.append(contentsOf: bytes) }
    }

    func closeInput(of command: SandboxRequest) async throws { try await send(.closeInput, about: command) }

    func signal(_ command: SandboxRequest, _ number: Int32) async throws {
        try await send(.signal, about: command) { $0.append(number: UInt32(clamping: number)) }
    }

    func resize(_ command: SandboxRequest, to size: TerminalSize) async throws {
        try await send(.resize, about: command) { body in
            body.append(number: UInt32(clamping: size.rows))
            body.append(number: UInt32(clamping: size.columns))
        }
    }

    /// Asks for more of what is sent on demand.
    func more(_ request: SandboxRequest, bytes: Int) async throws {
        try await send(.more, about: request) { $0.append(number: UInt32(clamping: bytes)) }
    }
}
