internal import WireProtocol

/// What a launcher says about one request.
enum LauncherAnswer: Equatable {
    case started
    case output(stream: UInt8, bytes: [UInt8])
    case done(EvaluationEnd)
    case entry(SandboxFile)
    case end
    case refused(String)
    /// A command runs; its number among the sandbox's processes.
    case begun(Int)
    /// So many bytes of a command's input have gone into it.
    case taken(Int)
    case fault(SandboxFault)
    case attributes(SandboxEntry)
    case change(SandboxChange)
    case measured(SandboxUsage)

    /// Whether nothing more comes for its request.
    var isLast: Bool {
        switch self {
        case .output, .entry, .begun, .taken, .attributes, .change: false
        case .started, .done, .end, .refused, .fault, .measured: true
        }
    }

    /// The request and the answer, or nil for a frame that answers none.
    static func parse(_ frame: LauncherFrame) throws -> (request: UInt32, answer: LauncherAnswer)? {
        var reader = FieldReader(frame)
        switch frame.kind {
        case .started: return (try reader.number(), .started)
        case .output: return (try reader.number(), .output(stream: try reader.byte(), bytes: reader.rest()))
        case .done: return (try reader.number(), .done(try EvaluationEnd(&reader)))
        case .entry:
            let request = try reader.number()
            let size = try reader.longNumber()
            let modified = try reader.longNumber()
            return (request, .entry(SandboxFile(path: reader.text(), size: Int(clamping: size), modified: modified)))
        case .end: return (try reader.number(), .end)
        case .refused: return (try reader.number(), .refused(reader.text()))
        case .begun: return (try reader.number(), .begun(Int(try reader.number())))
        case .taken: return (try reader.number(), .taken(Int(try reader.number())))
        case .fault:
            return (try reader.number(), .fault(SandboxFault(code: Int32(truncatingIfNeeded: try reader.number()), subject: reader.text())))
        case .attributes: return (try reader.number(), .attributes(try SandboxEntry(&reader)))
        case .change: return (try reader.number(), .change(try SandboxChange(&reader)))
        case .measured: return (try reader.number(), .measured(try SandboxUsage(&reader)))
        default: return nil
        }
    }
}

extension SandboxEntry {
    init(_ reader: inout FieldReader) throws {
        let mode = try reader.number()
        let size = try reader.longNumber()
        let modified = try reader.longNumber()
        let target = try reader.name()
        let type: SandboxEntryType =
            switch mode & 0o170000 {
            case 0o100000: .file
            case 0o040000: .folder
            case 0o120000: .link
            default: .other
            }
        self.init(
            path: reader.text(), type: type, size: Int(clamping: size), mode: Int(mode & 0o777),
            modifiedAt: Timestamp(microseconds: Int64(clamping: modified / 1000)), target: target.isEmpty ? nil : target)
    }
}

extension SandboxChange {
    init(_ reader: inout FieldReader) throws {
        let kinds: [SandboxChangeKind] = [.created, .written, .removed, .renamed, .attributesChanged]
        let number = Int(try reader.number())
        self.init(kind: kinds.indices.contains(number) ? kinds[number] : .lost, path: reader.text())
    }
}

/// How an evaluation ended.
struct EvaluationEnd: Equatable {
    enum Outcome: UInt8 {
        /// The block ran to its end; the status is its own.
        case finished
        /// A limit or a cancellation stopped it.
        case stopped
        /// The interpreter ended by itself.
        case ended
    }

    struct Limits: OptionSet {
        let rawValue: UInt8
        static let time = Limits(rawValue: 1)
        static let output = Limits(rawValue: 2)
        static let memory = Limits(rawValue: 4)
        static let processes = Limits(rawValue: 8)
        static let disk = Limits(rawValue: 16)
        static let cpu = Limits(rawValue: 32)
    }

    var outcome: Outcome
    var limits: Limits
    /// Whether the interpreter and its state are still there.
    var isInterpreterAlive: Bool
    var status: Int
}

extension EvaluationEnd {
    init(_ reader: inout FieldReader) throws {
        guard let outcome = Outcome(rawValue: try reader.byte()) else { throw LauncherProtocolError(description: "an unknown outcome") }
        self.outcome = outcome
        limits = Limits(rawValue: try reader.byte())
        isInterpreterAlive = try reader.byte() == 1
        status = Int(Int32(bitPattern: try reader.number()))
        // How much output was dropped, which nobody asks.
        _ = try reader.longNumber()
    }
}

/// A regular file in a sandbox's home.
struct SandboxFile: Hashable {
    /// Below the folder that was listed.
    var path: String
    var size: Int
    /// In nanoseconds since 1970.
    var modified: UInt64
}
