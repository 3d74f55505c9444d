internal import EventLoop

/// The connections that transactions have for themselves, opened when they are needed.
final class ExclusivePool {
    private let connector: PostgresConnector
    private var free: Int
    private var idle: [PostgresConnection] = []
    private var waiting = Queue<Resumption<Void>>()
    private var isClosed = false
    private var pause = Pause()
    /// Until then there is no use in connecting: it has just failed.
    private var outage: (until: Instant, error: PostgresError)?

    init(_ connector: PostgresConnector) {
        self.connector = connector
        free = max(1, connector.configuration.transactionConnections)
    }

    /// A connection in pipeline mode, idle; to be given back.
    func take() async throws -> PostgresConnection {
        try await takePermit()
        if let connection = idle.popLast() { return connection }
        do {
            if let outage, connector.loop.now < outage.until { throw outage.error }
            if isClosed { throw PostgresError.notSent }
            let connection = try await connector.connect()
            (outage, pause) = (nil, Pause())
            return connection
        } catch {
            if let error = error as? PostgresError, case .unavailable = error, outage.map({ $0.until <= connector.loop.now }) ?? true {
                outage = (connector.loop.now + pause.next(using: &connector.loop.random), error)
            }
            givePermit()
            throw error
        }
    }

    /// Takes a connection back; one that is not idle is closed.
    func giveBack(_ connection: PostgresConnection) {
        if connection.isIdle, !isClosed {
            connection.onLost = { [weak self, weak connection] in self?.idle.removeAll { $0 === connection } }
            idle.append(connection)
        } else {
            connection.close()
        }
        givePermit()
    }

    private func takePermit() async throws {
        if free > 0 { return free -= 1 }
        guard waiting.count < connector.configuration.waitingLimit else { throw PostgresError.overloaded }
        let loop = connector.loop
        try await loop.suspend { (resumption: Resumption<Void>) in
            waiting.append(resumption)
            let timer = loop.schedule(after: connector.configuration.connectTimeout) {
                resumption.resume(throwing: PostgresError.overloaded)
            }
            resumption.onFinish = { loop.cancel(timer) }
        }
    }

    /// Hands the permit to the one who has waited longest.
    private func givePermit() {
        while let next = waiting.popFirst() {
            if next.resume(returning: ()) { return }
        }
        free += 1
    }

    func close() {
        isClosed = true
        for connection in idle { connection.close() }
        idle = []
        for resumption in waiting.takeAll() { resumption.resume(throwing: PostgresError.notSent) }
    }
}
