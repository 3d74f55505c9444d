internal import EventLoop

/// Keeps one connection open: when it is lost, it connects again by itself, each time after a longer pause.
final class PostgresLink {
    private let connector: PostgresConnector
    private(set) var connection: PostgresConnection?
    /// Why there is no connection, once an attempt to make one has failed. Until then there is hope, and one may wait.
    private(set) var outage: PostgresError?
    private var attempts: LoopTask<Void>?
    private var isClosed = false
    /// Called when a connection has been opened or has answered something.
    var onProgress: (() -> Void)?
    /// Called when an attempt to connect has failed.
    var onOutage: ((PostgresError) -> Void)?

    init(_ connector: PostgresConnector) { self.connector = connector }

    deinit { close() }

    /// Begins to connect, unless that is done or under way.
    func start() {
        guard connection == nil, attempts == nil, !isClosed else { return }
        let (connector, loop) = (connector, connector.loop)
        attempts = loop.spawn { [weak self] in
            var pause = Pause()
            while true {
                do {
                    let connection = try await connector.connect()
                    guard let self, !self.isClosed else { return connection.close() }
                    return self.adopt(connection)
                } catch let error as PostgresError {
                    self?.fail(error)
                }
                try await loop.sleep(for: pause.next(using: &loop.random))
            }
        }
    }

    private func adopt(_ connection: PostgresConnection) {
        attempts = nil
        outage = nil
        self.connection = connection
        let limit = connector.configuration.statementTimeout
        connection.answerLimit = limit > .zero ? limit * 2 + .seconds(1) : nil
        connection.onProgress = { [weak self] in self?.onProgress?() }
        connection.onLost = { [weak self] in
            self?.connection = nil
            self?.start()
        }
        onProgress?()
    }

    private func fail(_ error: PostgresError) {
        outage = error
        onOutage?(error)
    }

    /// Closes the connection for good.
    func close() {
        isClosed = true
        attempts?.cancel()
        attempts = nil
        connection?.close()
        connection = nil
        outage = .notSent
    }
}

/// Pauses between attempts: twice as long each time up to 5 s, of which a random half is left out, so that many clients do not come at once.
struct Pause {
    private var milliseconds = 50.0

    mutating func next(using random: inout RandomSource) -> Duration {
        defer { milliseconds = min(milliseconds * 2, 5000) }
        return .milliseconds(Int64(milliseconds * Double.random(in: 0.5...1, using: &random)))
    }
}
