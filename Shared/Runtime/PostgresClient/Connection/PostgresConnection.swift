internal import EventLoop

/// One connection in pipeline mode: batches go out as they come, and their answers return in the same order.
///
/// A batch is answered when its Sync is, because that is when the server has committed it: the rows of its statements come earlier and prove nothing.
final class PostgresConnection: ReadinessHandler {
    let loop: EventLoop
    private let counters: CounterBox
    private var handle: LibpqConnection?
    private let descriptor: Int32
    private var inFlight = Queue<Batch>()
    private var prepared = PreparedStatements()
    /// Sent once the results at hand have been read: libpq does not expect a statement between the result of another and its end.
    private var postponed: [Batch] = []
    private var isReading = false
    /// Whether the current step of the first batch in flight has had a result.
    private var stepIsAnswered = false
    /// Set while a script runs, outside pipeline mode.
    private var script: Script?
    private var watchesWriting = false
    /// How long the first batch in flight may take before the peer counts as gone. nil: for ever.
    var answerLimit: Duration?
    private var watch: EventLoop.Timer?
    private var firstSince = Instant(nanoseconds: 0)
    /// Called when batches have been answered.
    var onProgress: (() -> Void)?
    /// Called once, when the connection is lost.
    var onLost: (() -> Void)?

    /// Takes over a connection that is established.
    init(_ handle: LibpqConnection, on loop: EventLoop, counters: CounterBox) {
        self.loop = loop
        self.handle = handle
        self.counters = counters
        descriptor = handle.descriptor
        loop.register(descriptor, .readable, .level, self)
    }

    var isOpen: Bool { handle != nil }
    var pendingCount: Int { inFlight.count + postponed.count }

    /// Whether the connection is open, idle and outside a transaction.
    var isIdle: Bool { pendingCount == 0 && handle?.isOutsideTransaction == true }

    func makeCancel() -> LibpqCancel? { handle?.makeCancel() }

    // MARK: Sending

    func send(_ batch: Batch) {
        if isReading || script != nil { return postponed.append(batch) }
        guard let handle else { return batch.finish(.failure(.notSent)) }
        batch.sentAt = loop.now
        if inFlight.isEmpty { firstSince = loop.now }
        inFlight.append(batch)
        watchFirst()
        for statement in batch.statements {
            guard queue(statement, of: batch, on: handle) else { return lose() }
        }
        guard handle.sync() else { return lose() }
        flush()
        for statement in prepared.evict() { deallocate(statement) }
    }

    /// Queues what the server needs to run a statement: a Parse when it does not know it yet, then an Execute.
    private func queue(_ statement: Batch.Statement, of batch: Batch, on handle: LibpqConnection) -> Bool {
        let known = prepared.find(statement.query, for: batch)
        if known.isAbsent {
            guard handle.prepare(known.name, statement.query) else { return false }
            known.state = .parsing(by: ObjectIdentifier(batch))
            batch.steps.append(.prepare(known))
        }
        batch.steps.append(.execute(known, isAnswered: statement.isAnswered))
        return handle.execute(known.name, statement.query.parameters)
    }

    /// The server forgets a statement; its Sync is its own, so that no other batch can fail with it.
    private func deallocate(_ statement: PreparedStatement) {
        guard let handle else { return }
        let batch = Batch([]) { _ in }
        inFlight.append(batch)
        let text = Batch.Statement(query: PostgresQuery(unsafeSQL: "DEALLOCATE \(statement.name)"), isAnswered: false)
        let unnamed = PreparedStatement(name: "", query: text.query)
        batch.steps = [.prepare(unnamed), .execute(unnamed, isAnswered: false)]
        guard handle.prepare("", text.query), handle.execute("", text.query.parameters), handle.sync() else { return lose() }
        flush()
    }

    private func flush() {
        switch handle?.flush() {
        case .done: watchWriting(false)
        case .blocked: watchWriting(true)
        case .failed: lose()
        case nil: break
        }
    }

    private func watchWriting(_ watches: Bool) {
        guard watches != watchesWriting else { return }
        watchesWriting = watches
        loop.modify(descriptor, watches ? [.readable, .writable] : .readable, .level)
    }

    /// The server has its own limits; this one is for a peer that says nothing any more, such as a machine that was switched off.
    private func watchFirst() {
        guard let answerLimit, watch == nil, !inFlight.isEmpty else { return }
        watch = loop.schedule(at: firstSince + answerLimit) { [weak self] in
            guard let self else { return }
            watch = nil
            if !inFlight.isEmpty, firstSince + answerLimit <= loop.now { lose() } else { watchFirst() }
        }
    }

    // MARK: Receiving

    func ready(_ readiness: Readiness) {
        guard let handle else { return }
        guard handle.consumeInput() else { return lose() }
        isReading = true
        if script == nil { readResults() } else { readScriptResults() }
        isReading = false
        if isOpen, watchesWriting { flush() }
        let waiting = postponed
        postponed.removeAll()
        for batch in waiting { send(batch) }
        onProgress?()
    }

    private func readResults() {
        while let handle, let batch = inFlight.first, !handle.isBusy {
            if let result = handle.nextResult() {
                take(result, for: batch)
            } else {
                guard stepIsAnswered else { return }
                batch.position += 1
                stepIsAnswered = false
            }
        }
    }

    private func take(_ result: LibpqResult, for batch: Batch) {
        let step = batch.position < batch.steps.count ? batch.steps[batch.position] : nil
        switch (result.status, step) {
        case (.pipelineSync, _):
            stepIsAnswered = false
            _ = inFlight.popFirst()
            firstSince = loop.now
            complete(batch)
            return
        case (.rows, .execute(_, isAnswered: true)), (.done, .execute(_, isAnswered: true)): batch.rows.append(PostgresRows(result))
        case (.rows, _), (.done, .execute), (.done, nil): break
        case (.done, .prepare(let statement)): statement.state = .ready
        case (.pipelineAborted, .prepare(let statement)): prepared.forget(statement)
        case (.pipelineAborted, _): break
        case (.failed, _):
            guard let error = result.serverError, !error.isFatal else { return lose() }
            fail(batch, with: error, at: step)
        // libpq gives the same result for ever: there is no way out of a COPY in pipeline mode.
        case (.copy, _): return lose()
        }
        stepIsAnswered = true
    }

    private func fail(_ batch: Batch, with error: PostgresServerError, at step: Batch.Step?) {
        if batch.error == nil { batch.error = error }
        switch step {
        case .prepare(let statement): prepared.forget(statement)
        case .execute(let statement, _) where error.state == .invalidStatementName || error.state == .featureNotSupported:
            // The server has lost the statement, or its rows have changed their shape.
            prepared.forget(statement)
            let wasParsedHere = batch.steps.contains { if case .prepare(let parsed) = $0 { parsed === statement } else { false } }
            batch.wantsRepetition = !batch.isInTransaction && !batch.isRepeated && !wasParsedHere
        default: break
        }
    }

    private func complete(_ batch: Batch) {
        if batch.wantsRepetition {
            batch.prepareToRepeat()
            return postponed.append(batch)
        }
        answer(batch, batch.error.map { .failure(.server($0)) } ?? .success(batch.rows))
    }

    private func answer(_ batch: Batch, _ result: Result<[PostgresRows], PostgresError>) {
        counters.counters.statements += 1
        counters.counters.latency += loop.now - batch.sentAt
        if case .failure = result { counters.counters.errors += 1 }
        batch.finish(result)
    }

    // MARK: Scripts

    /// Runs several statements in one text, without parameters; their rows are dropped. Nothing may be in flight.
    func run(script text: String, finish: @escaping (Result<Void, PostgresError>) -> Void) {
        guard let handle, pendingCount == 0, script == nil else { return finish(.failure(.notSent)) }
        script = Script(finish: finish)
        guard handle.leavePipeline(), handle.send(script: text) else { return lose() }
        flush()
    }

    private func readScriptResults() {
        while let handle, let script, !handle.isBusy {
            guard let result = handle.nextResult() else {
                guard handle.enterPipeline() else { return lose() }
                self.script = nil
                return script.finish(script.error.map { .failure(.server($0)) } ?? .success(()))
            }
            switch result.status {
            case .failed:
                guard let error = result.serverError, !error.isFatal else { return lose() }
                self.script?.fail(error)
            case .copy: return lose()
            default: self.script?.succeeded += 1
            }
        }
    }

    // MARK: Closing

    /// Closes the connection; what is in flight is lost.
    func close() {
        onLost = nil
        lose(unexpectedly: false)
    }

    private func lose(unexpectedly: Bool = true) {
        guard let handle else { return }
        self.handle = nil
        loop.unregister(descriptor)
        if let watch { loop.cancel(watch) }
        if unexpectedly { counters.counters.connectionsLost += 1 }
        for batch in inFlight.takeAll() { answer(batch, .failure(batch.error.map { .server($0) } ?? .outcomeUnknown)) }
        let unsent = postponed
        postponed.removeAll()
        for batch in unsent { answer(batch, .failure(.notSent)) }
        script?.finish(.failure(.outcomeUnknown))
        script = nil
        withExtendedLifetime(handle) { onLost?() }
        (onLost, onProgress) = (nil, nil)
    }
}

/// A script under way.
private struct Script {
    private(set) var error: PostgresServerError?
    /// How many statements the server has carried out.
    var succeeded = 0
    let finish: (Result<Void, PostgresError>) -> Void

    init(finish: @escaping (Result<Void, PostgresError>) -> Void) { self.finish = finish }

    mutating func fail(_ refusal: PostgresServerError) {
        guard error == nil else { return }
        error = refusal
        error?.statement = succeeded + 1
    }
}
