internal import EventLoop

/// Opens connections.
final class PostgresConnector {
    let loop: EventLoop
    let configuration: PostgresConfiguration
    let counters: CounterBox

    init(loop: EventLoop, configuration: PostgresConfiguration, counters: CounterBox) {
        self.loop = loop
        self.configuration = configuration
        self.counters = counters
    }

    /// Opens a connection; throws `PostgresError.unavailable` with the reason, or `CancellationError`.
    func connect() async throws -> PostgresConnection {
        do {
            let handle = try await loop.withTimeout(configuration.connectTimeout) { try await self.establish() }
            counters.counters.connectionsOpened += 1
            return PostgresConnection(handle, on: loop, counters: counters)
        } catch is TimedOut {
            throw PostgresError.unavailable("connecting took more than \(configuration.connectTimeout.seconds) s")
        } catch let error as ResolutionError {
            throw PostgresError.unavailable(error.description)
        }
    }

    private func establish() async throws -> LibpqConnection {
        guard let handle = LibpqConnection(try await parameters()) else { throw PostgresError.unavailable("no memory") }
        if handle.hasFailed { throw PostgresError.unavailable(handle.message) }
        var interest = Readiness.writable
        while true {
            try await wait(for: interest, on: handle.descriptor)
            switch handle.poll() {
            case .wantsToRead: interest = .readable
            case .wantsToWrite: interest = .writable
            case .connected:
                guard handle.enterPipeline() else { throw PostgresError.unavailable(handle.message) }
                return handle
            case .failed: throw PostgresError.unavailable(handle.message)
            }
        }
    }

    /// Registers anew each time: with several addresses libpq closes one socket and opens another under the same number.
    private func wait(for interest: Readiness, on descriptor: Int32) async throws {
        guard descriptor >= 0 else { throw PostgresError.unavailable("libpq has no socket") }
        defer { loop.unregister(descriptor) }
        try await loop.suspend { (resumption: Resumption<Void>) in
            loop.register(descriptor, interest, .level, Waiter(resumption))
        }
    }

    private final class Waiter: ReadinessHandler {
        private let resumption: Resumption<Void>
        init(_ resumption: Resumption<Void>) { self.resumption = resumption }
        func ready(_ readiness: Readiness) { resumption.resume(returning: ()) }
    }

    /// What libpq is given: the connection string with every name resolved, and the time limits.
    private func parameters() async throws -> [(keyword: String, value: String)] {
        var string = try ConnectionString(configuration.connection)
        for (keyword, value) in configuration.settings { string[keyword] = value }
        if let hosts = string.namedHosts { try await resolve(hosts, in: &string) }
        let limits =
            "-c statement_timeout=\(configuration.statementTimeout.wholeMilliseconds)"
            + " -c lock_timeout=\(configuration.lockTimeout.wholeMilliseconds)"
        string["options"] = string["options"].map { "\($0) \(limits)" } ?? limits
        string["client_encoding"] = "UTF8"
        for (keyword, value) in Self.silenceLimits where string[keyword] == nil { string[keyword] = value }
        return string.settings.map { ($0.key, $0.value) }
    }

    /// After how long the kernel gives up a peer that is silent; by default after hours. `PQcancel` keeps to them too.
    private static let silenceLimits = [
        "tcp_user_timeout": "20000", "keepalives_idle": "10", "keepalives_interval": "5", "keepalives_count": "3",
    ]

    /// Each address becomes an entry of its own; `host` stays, for the certificate's name.
    private func resolve(_ hosts: [(host: String, port: String)], in string: inout ConnectionString) async throws {
        var entries: [(host: String, address: String, port: String)] = []
        var failure: (any Error)?
        for (host, port) in hosts {
            if ConnectionString.isPath(host) {
                entries.append((host, "", port))
                continue
            }
            do {
                for address in try await loop.resolve(host, port: UInt16(port) ?? 0) { entries.append((host, address.host, port)) }
            } catch let error as ResolutionError {
                failure = error
            }
        }
        if let failure, entries.isEmpty { throw failure }
        string["host"] = entries.map(\.host).joined(separator: ",")
        string["hostaddr"] = entries.map(\.address).joined(separator: ",")
        string["port"] = entries.map(\.port).joined(separator: ",")
    }
}

extension Duration {
    fileprivate var wholeMilliseconds: Int64 { max(0, nanoseconds / 1_000_000) }
}
