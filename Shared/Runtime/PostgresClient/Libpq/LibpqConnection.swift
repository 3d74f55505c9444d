internal import CPostgres

/// A `PGconn`, closed with the object. Every call of libpq on a connection is in this file; none of them blocks.
@safe final class LibpqConnection {
    private let pointer: OpaquePointer
    // One statement's parameters as libpq wants them; kept, so that sending allocates nothing, and unchecked, since only this class uses them.
    @exclusivity(unchecked) private var values: [UnsafePointer<CChar>?] = unsafe []
    @safe @exclusivity(unchecked) private var lengths: [Int32] = []
    @safe @exclusivity(unchecked) private var formats: [Int32] = []
    private var types: [Oid] = []

    /// Starts to connect; go on with `poll`. Names of hosts must come with a `hostaddr`, or this blocks.
    init?(_ parameters: [(keyword: String, value: String)]) {
        var keywords: [UnsafePointer<CChar>?] = unsafe []
        var values: [UnsafePointer<CChar>?] = unsafe []
        let copies = unsafe parameters.map { unsafe (Self.copy($0.keyword), Self.copy($0.value)) }
        defer {
            unsafe copies.forEach { keyword, value in
                unsafe keyword.deallocate()
                unsafe value.deallocate()
            }
        }
        unsafe copies.forEach { keyword, value in
            unsafe keywords.append(UnsafePointer(keyword))
            unsafe values.append(UnsafePointer(value))
        }
        guard let pointer = unsafe PQconnectStartParams(keywords + [nil], values + [nil], 0) else { return nil }
        unsafe self.pointer = pointer
        // libpq would print the server's notices on stderr.
        unsafe PQsetNoticeReceiver(pointer, { _, _ in }, nil)
    }

    deinit { unsafe PQfinish(pointer) }

    private static func copy(_ text: String) -> UnsafeMutablePointer<CChar> {
        let bytes = text.utf8CString
        let pointer = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
        unsafe pointer.initialize(from: Array(bytes), count: bytes.count)
        return unsafe pointer
    }

    // MARK: Connecting

    enum Progress { case wantsToRead, wantsToWrite, connected, failed }

    func poll() -> Progress {
        switch unsafe PQconnectPoll(pointer) {
        case PGRES_POLLING_READING: .wantsToRead
        case PGRES_POLLING_WRITING: .wantsToWrite
        case PGRES_POLLING_OK: .connected
        default: .failed
        }
    }

    var hasFailed: Bool { unsafe PQstatus(pointer) == CONNECTION_BAD }

    /// −1 when there is none. While connecting it may change with every `poll`.
    var descriptor: Int32 { unsafe PQsocket(pointer) }

    /// The last failure, on one line. It may name the host and the user, never a password.
    var message: String {
        unsafe String(cString: PQerrorMessage(pointer)).split(whereSeparator: \.isNewline).joined(separator: "; ")
    }

    /// Switches to non-blocking pipeline mode.
    func enterPipeline() -> Bool { unsafe PQsetnonblocking(pointer, 1) == 0 && PQenterPipelineMode(pointer) == 1 }

    /// Back to one query at a time; nothing may be in flight.
    func leavePipeline() -> Bool { unsafe PQexitPipelineMode(pointer) == 1 }

    // MARK: Sending

    /// Queues a Parse.
    func prepare(_ name: String, _ query: PostgresQuery) -> Bool {
        types.removeAll(keepingCapacity: true)
        for parameter in query.parameters.parameters { types.append(parameter.type.rawValue) }
        return unsafe PQsendPrepare(pointer, name, query.sql, Int32(types.count), types) == 1
    }

    /// Queues a Bind and an Execute of a prepared statement; its rows come in binary form.
    func execute(_ name: String, _ parameters: borrowing PostgresParameters) -> Bool {
        unsafe parameters.bytes.withUnsafeBytes { bytes in
            unsafe values.removeAll(keepingCapacity: true)
            lengths.removeAll(keepingCapacity: true)
            formats.removeAll(keepingCapacity: true)
            // An empty value is not NULL: it needs an address too.
            let base = unsafe (bytes.baseAddress ?? UnsafeRawPointer(Self.nothing)).assumingMemoryBound(to: CChar.self)
            for parameter in parameters.parameters {
                unsafe values.append(parameter.count == nil ? nil : base + parameter.offset)
                lengths.append(Int32(clamping: parameter.count ?? 0))
                formats.append(parameter.type == .unspecified ? 0 : 1)
            }
            return unsafe PQsendQueryPrepared(pointer, name, Int32(values.count), values, lengths, formats, 1) == 1
        }
    }

    nonisolated(unsafe) private static let nothing = UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1)

    /// Ends a transaction: queues a Sync and sends what is queued.
    func sync() -> Bool { unsafe PQpipelineSync(pointer) == 1 }

    /// Sends a script of several statements; only outside pipeline mode.
    func send(script: String) -> Bool { unsafe PQsendQuery(pointer, script) == 1 }

    enum Flush { case done, blocked, failed }

    func flush() -> Flush {
        switch unsafe PQflush(pointer) {
        case 0: .done
        case 1: .blocked
        default: .failed
        }
    }

    // MARK: Receiving

    /// Reads what the socket has; false when the connection is lost.
    func consumeInput() -> Bool { unsafe PQconsumeInput(pointer) == 1 }

    /// Whether `nextResult` would block.
    var isBusy: Bool { unsafe PQisBusy(pointer) == 1 }

    /// The next result; nil ends the results of one statement.
    func nextResult() -> LibpqResult? { unsafe PQgetResult(pointer).map { unsafe LibpqResult($0) } }

    /// Whether no transaction is open; to be asked when nothing is in flight.
    var isOutsideTransaction: Bool { unsafe PQtransactionStatus(pointer) == PQTRANS_IDLE }

    /// What another thread needs to cancel the running statement.
    func makeCancel() -> LibpqCancel? { unsafe PQgetCancel(pointer).map { unsafe LibpqCancel($0) } }
}

/// Cancels what runs on a connection. libpq allows its use on any thread.
@safe final class LibpqCancel: @unchecked Sendable {
    private let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { unsafe self.pointer = pointer }

    deinit { unsafe PQfreeCancel(pointer) }

    /// Opens a connection of its own and waits for it: blocks.
    func run() {
        var message = [CChar](repeating: 0, count: 256)
        _ = unsafe PQcancel(pointer, &message, Int32(message.count))
    }
}
