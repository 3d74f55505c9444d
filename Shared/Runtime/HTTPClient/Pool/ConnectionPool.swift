internal import EventLoop

/// The connections of one loop to one server: the one used last is used next, and those left over time out.
final class ConnectionPool {
    let origin: HTTPOrigin
    let limits: HTTPClientLimits
    private let loop: EventLoop
    private var idle: [ClientConnection] = []
    /// Connections that are open or being opened.
    private var count = 0
    /// Calls that wait: for a connection, or with nil for the right to open one.
    private var waiting: [Resumption<ClientConnection?>] = []
    private let addresses: AddressCache
    private var nextAddress = 0
    private var isShutDown = false

    init(origin: HTTPOrigin, limits: HTTPClientLimits, on loop: EventLoop) {
        self.origin = origin
        self.limits = limits
        self.loop = loop
        addresses = AddressCache(of: origin, on: loop)
    }

    /// An idle connection that can be used at once, as there nearly always is one.
    func takeIdle() -> ClientConnection? {
        while !isShutDown, let connection = idle.popLast() {
            if connection.isUsable() { return connection }
            connection.close()
        }
        return nil
    }

    /// A connection for one call. A fresh one has not served a call yet, unless there is no room for another.
    func acquire(fresh: Bool, timeout: Duration, until callDeadline: Instant?) async throws -> ClientConnection {
        let due = HTTPClientTimeouts.due(timeout, before: callDeadline, now: loop.now)
        while true {
            if isShutDown { throw HTTPClientError.shutDown }
            if !fresh, let connection = takeIdle() { return connection }
            if fresh, count >= limits.connections, let oldest = idle.first { oldest.close() }
            guard count >= limits.connections else {
                count += 1
                return try await openCounted(until: due)
            }
            guard let connection = try await waitForTurn(until: due) else { return try await openCounted(until: due) }
            // It may have been closed between being handed over and now.
            if connection.isUsable() { return connection }
            connection.close()
        }
    }

    private func openCounted(until due: Instant) async throws -> ClientConnection {
        do {
            return ClientConnection(stream: try await open(until: due), pool: self)
        } catch {
            leave()
            throw error
        }
    }

    /// Returns a connection that another call is done with, or nil with the right to open one.
    private func waitForTurn(until due: Instant) async throws -> ClientConnection? {
        guard waiting.count < limits.waitingCalls else {
            waiting.removeAll { $0.isFinished }
            guard waiting.count < limits.waitingCalls else { throw HTTPClientError.overloaded }
            return try await waitForTurn(until: due)
        }
        return try await loop.suspend { (resumption: Resumption<ClientConnection?>) in
            waiting.append(resumption)
            let timer = loop.schedule(at: due) { resumption.resume(throwing: HTTPClientError.timedOut(.connection)) }
            resumption.onFinish = { [loop] in loop.cancel(timer) }
        }
    }

    private func handOver(_ connection: ClientConnection?) -> Bool {
        while !waiting.isEmpty {
            if waiting.removeFirst().resume(returning: connection) { return true }
        }
        return false
    }

    /// Takes a connection back that is fit for another call.
    func release(_ connection: ClientConnection) {
        if isShutDown { return connection.close() }
        if handOver(connection) { return }
        connection.limitIdleTime(to: limits.idleTime)
        idle.append(connection)
    }

    /// A connection has been closed, by whomever.
    func didClose(_ connection: ClientConnection) {
        idle.removeAll { $0 === connection }
        leave()
    }

    private func leave() {
        if !handOver(nil) { count -= 1 }
    }

    /// Closes what is idle; connections in use are closed when their call is done.
    func shutDown() {
        isShutDown = true
        for connection in idle { connection.close() }
        for resumption in waiting { resumption.resume(throwing: HTTPClientError.shutDown) }
        waiting = []
    }

    // MARK: Opening

    private func open(until due: Instant) async throws -> SocketStream {
        let addresses = try await self.addresses.addresses(until: due)
        var failure = HTTPClientError.connectFailed("\(origin) has no address")
        // Each new connection begins with another address, so that those of several replicas all get some.
        nextAddress &+= 1
        for index in addresses.indices {
            let address = addresses[(nextAddress &+ index) % addresses.count]
            guard loop.now < due else { break }
            do {
                return try await loop.connect(to: address, timeout: due - loop.now)
            } catch is TimedOut {
                failure = .timedOut(.connection)
            } catch let error as SocketError {
                failure = .connectFailed(String(describing: error))
            }
        }
        self.addresses.forget()
        throw failure
    }
}
