internal import CPostgres

/// A `PGconn`, closed with the object. Every call of libpq on a connection is in this file; none of them blocks.
final class LibpqConnection {
    private let pointer: OpaquePointer
    // One statement's parameters as libpq wants them; kept, so that sending allocates nothing.
    private var values: [UnsafePointer<CChar>?] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []
    private var types: [Oid] = []

    /// Starts to connect; go on with `poll`. Names of hosts must come with a `hostaddr`, or this blocks.
    init?(_ parameters: [(keyword: String, value: String)]) {
        var keywords: [UnsafePointer<CChar>?] = []
        var values: [UnsafePointer<CChar>?] = []
        let copies = parameters.map { (Self.copy($0.keyword), Self.copy($0.value)) }
        defer {
            for (keyword, value) in copies {
                keyword.deallocate()
                value.deallocate()
            }
        }
        for (keyword, value) in copies {
            keywords.append(UnsafePointer(keyword))
            values.append(UnsafePointer(value))
        }
        guard let pointer = PQconnectStartParams(keywords + [nil], values + [nil], 0) else { return nil }
        self.pointer = pointer
        // libpq would print the server's notices on stderr.
        PQsetNoticeReceiver(pointer, { _, _ in }, nil)
    }

    deinit { PQfinish(pointer) }

    private static func copy(_ text: String) -> UnsafeMutablePointer<CChar> {
        let bytes = text.utf8CString
        let pointer = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
        pointer.initialize(from: Array(bytes), count: bytes.count)
        return pointer
    }

    // MARK: Connecting

    enum Progress { case wantsToRead, wantsToWrite, connected, failed }

    func poll() -> Progress {
        switch PQconnectPoll(pointer) {
        case PGRES_POLLING_READING: .wantsToRead
        case PGRES_POLLING_WRITING: .wantsToWrite
        case PGRES_POLLING_OK: .connected
        default: .failed
        }
    }

    var hasFailed: Bool { PQstatus(pointer) == CONNECTION_BAD }

    /// −1 when there is none. While connecting it may change with every `poll`.
    var descriptor: Int32 { PQsocket(pointer) }

    var processID: Int32 { PQbackendPID(pointer) }

    /// The last failure, on one line. It may name the host and the user, never a password.
    var message: String {
        String(cString: PQerrorMessage(pointer)).split(whereSeparator: \.isNewline).joined(separator: "; ")
    }

    /// Switches to non-blocking pipeline mode.
    func enterPipeline() -> Bool { PQsetnonblocking(pointer, 1) == 0 && PQenterPipelineMode(pointer) == 1 }

    /// Back to one query at a time; nothing may be in flight.
    func leavePipeline() -> Bool { PQexitPipelineMode(pointer) == 1 }

    // MARK: Sending

    /// Queues a Parse.
    func prepare(_ name: String, _ query: PostgresQuery) -> Bool {
        types.removeAll(keepingCapacity: true)
        for parameter in query.parameters.parameters { types.append(parameter.type.rawValue) }
        return PQsendPrepare(pointer, name, query.sql, Int32(types.count), types) == 1
    }

    /// Queues a Bind and an Execute of a prepared statement; its rows come in binary form.
    func execute(_ name: String, _ parameters: borrowing PostgresParameters) -> Bool {
        parameters.bytes.withUnsafeBytes { bytes in
            values.removeAll(keepingCapacity: true)
            lengths.removeAll(keepingCapacity: true)
            formats.removeAll(keepingCapacity: true)
            // An empty value is not NULL: it needs an address too.
            let base = (bytes.baseAddress ?? UnsafeRawPointer(Self.nothing)).assumingMemoryBound(to: CChar.self)
            for parameter in parameters.parameters {
                values.append(parameter.count == nil ? nil : base + parameter.offset)
                lengths.append(Int32(clamping: parameter.count ?? 0))
                formats.append(parameter.type == .unspecified ? 0 : 1)
            }
            return PQsendQueryPrepared(pointer, name, Int32(values.count), values, lengths, formats, 1) == 1
        }
    }

    nonisolated(unsafe) private static let nothing = UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1)

    /// Ends a transaction: queues a Sync and sends what is queued.
    func sync() -> Bool { PQpipelineSync(pointer) == 1 }

    /// Sends a script of several statements; only outside pipeline mode.
    func send(script: String) -> Bool { PQsendQuery(pointer, script) == 1 }

    enum Flush { case done, blocked, failed }

    func flush() -> Flush {
        switch PQflush(pointer) {
        case 0: .done
        case 1: .blocked
        default: .failed
        }
    }

    // MARK: Receiving

    /// Reads what the socket has; false when the connection is lost.
    func consumeInput() -> Bool { PQconsumeInput(pointer) == 1 }

    /// Whether `nextResult` would block.
    var isBusy: Bool { PQisBusy(pointer) == 1 }

    /// The next result; nil ends the results of one statement.
    func nextResult() -> LibpqResult? { PQgetResult(pointer).map { LibpqResult($0) } }

    /// Whether no transaction is open; to be asked when nothing is in flight.
    var isOutsideTransaction: Bool { PQtransactionStatus(pointer) == PQTRANS_IDLE }

    /// What another thread needs to cancel the running statement.
    func makeCancel() -> LibpqCancel? { PQgetCancel(pointer).map { LibpqCancel($0) } }
}

/// Cancels what runs on a connection. libpq allows its use on any thread.
final class LibpqCancel: @unchecked Sendable {
    private let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { self.pointer = pointer }

    deinit { PQfreeCancel(pointer) }

    /// Opens a connection of its own and waits for it: blocks.
    func run() {
        var message = [CChar](repeating: 0, count: 256)
        _ = PQcancel(pointer, &message, Int32(message.count))
    }
}
