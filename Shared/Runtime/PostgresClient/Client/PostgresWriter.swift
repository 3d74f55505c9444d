internal import EventLoop

/// Many small transactions on one connection, committed in groups: whatever has been submitted goes out together, with one Sync, as soon as the
/// connection is idle. No timer: a lone submission goes out at once, and a busy writer makes larger groups.
///
/// Each submission is told its own outcome. When the server refuses one of a group, the group has had no effect, and each of its submissions is tried alone.
package final class PostgresWriter {
    private final class Submission {
        private(set) var queries: [PostgresQuery]
        let tenant: String?
        let completion = Completion<[PostgresRows]>()
        private(set) var isSent = false
        /// Makes the statement when it is sent.
        private let make: (() -> PostgresQuery)?

        init(queries: [PostgresQuery], tenant: String?) {
            self.queries = queries
            self.tenant = tenant
            make = nil
        }

        init(making make: @escaping () -> PostgresQuery, tenant: String?) {
            queries = []
            self.tenant = tenant
            self.make = make
        }

        /// Whether there is something to send now.
        func prepare() -> Bool {
            isSent = true
            guard let make else { return true }
            let query = make()
            do { try query.requireShareable() } catch {
                completion.complete(.failure(error))
                return false
            }
            queries = [query]
            return true
        }

        var size: Int { queries.reduce(0) { $0 + $1.size } }
    }

    private let loop: EventLoop
    private let link: PostgresLink
    private let configuration: PostgresConfiguration
    private var waiting = Queue<Submission>()
    private var waitingBytes = 0
    private static let groupLimit = 256
    private static let groupBytesLimit = 4 << 20
    private static let waitingBytesLimit = 64 << 20

    init(_ loop: EventLoop, _ link: PostgresLink, _ configuration: PostgresConfiguration) {
        self.loop = loop
        self.link = link
        self.configuration = configuration
        link.onProgress = { [weak self] in self?.sendGroup() }
        link.onOutage = { [weak self] in self?.fail(with: $0) }
    }

    /// Runs statements in one transaction, in their order, and returns their rows once they are committed.
    ///
    /// Cancelling the caller takes back what has not been sent (`CancellationError`); what has been sent is waited for, so that its outcome is known.
    package func submit(_ queries: [PostgresQuery]) async throws -> [PostgresRows] { try await submit(queries, tenant: nil) }

    func submit(_ queries: [PostgresQuery], tenant: String?) async throws -> [PostgresRows] {
        try ActiveTransaction.requireNone()
        for query in queries { try query.requireShareable() }
        return try await submit(Submission(queries: queries, tenant: tenant))
    }

    /// Runs one statement in a transaction of its own, which `make` makes when it is sent: what comes until then can be part of it.
    func submit(tenant: String?, making make: @escaping () -> PostgresQuery) async throws -> PostgresRows {
        try ActiveTransaction.requireNone()
        guard let rows = try await submit(Submission(making: make, tenant: tenant)).first else { throw PostgresError.refused("no rows") }
        return rows
    }

    private func submit(_ submission: Submission) async throws -> [PostgresRows] {
        if let outage = link.outage { throw outage }
        guard waiting.count < configuration.waitingLimit, waitingBytes + submission.size <= Self.waitingBytesLimit else {
            throw PostgresError.overloaded
        }
        try Task.checkCancellation()
        waiting.append(submission)
        waitingBytes += submission.size
        sendGroup()
        return try await loop.withCancellationHandler {
            try await submission.completion.wait()
        } onCancel: {
            if !submission.isSent { submission.completion.complete(.failure(CancellationError())) }
        }
    }

    private func sendGroup() {
        guard let connection = link.connection else { return link.start() }
        guard connection.isOpen, connection.pendingCount == 0 else { return }
        var group: [Submission] = []
        var (statements, bytes) = (0, 0)
        while statements < Self.groupLimit, bytes < Self.groupBytesLimit, let next = waiting.popFirst() {
            waitingBytes -= next.size
            if next.completion.isDone || !next.prepare() { continue }
            group.append(next)
            statements += next.queries.count
            bytes += next.size
        }
        if !group.isEmpty { send(group, on: connection) }
    }

    private func send(_ group: [Submission], on connection: PostgresConnection) {
        var statements: [Batch.Statement] = []
        var tenant: String?
        for submission in group {
            if submission.tenant != tenant, let setting = configuration.tenant(submission.tenant ?? "") {
                statements.append(Batch.Statement(query: setting, isAnswered: false))
                tenant = submission.tenant
            }
            for query in submission.queries { statements.append(Batch.Statement(query: query)) }
        }
        connection.send(
            Batch(statements) { [weak self] result in
                switch result {
                case .success(let rows):
                    var taken = 0
                    for submission in group {
                        submission.completion.complete(.success(Array(rows[taken..<taken + submission.queries.count])))
                        taken += submission.queries.count
                    }
                case .failure(.server) where group.count > 1:
                    self?.sendAlone(group, on: connection)
                case .failure(let error):
                    for submission in group { submission.completion.complete(.failure(error)) }
                }
            })
    }

    private func sendAlone(_ group: [Submission], on connection: PostgresConnection) {
        for submission in group {
            if connection.isOpen {
                send([submission], on: connection)
            } else {
                submission.completion.complete(.failure(PostgresError.notSent))
            }
        }
    }

    func close() {
        link.close()
        fail(with: .notSent)
    }

    private func fail(with error: PostgresError) {
        waitingBytes = 0
        for submission in waiting.takeAll() { submission.completion.complete(.failure(error)) }
    }
}
