internal import EventLoop
internal import PostgresClient
internal import ServiceKit
internal import Telemetry
internal import WireProtocol

/// Writes down what sandboxes ask outside, before it is asked: what cannot be written down is not done.
final class EgressAudit {
    private let loop: EventLoop
    private let database: PostgresClient
    private let log: Logger

    init(loop: EventLoop, database: PostgresClient, log: Logger) {
        self.loop = loop
        self.database = database
        self.log = log
    }

    /// Whose request it is.
    struct Origin {
        var owner: SandboxOwner
        var sandbox: SandboxID
    }

    /// How a request ended.
    struct End {
        var status: Int?
        var reason: String?
        var sentBytes = 0
        var receivedBytes = 0
    }

    /// Writes a request that is about to be made; returns its id.
    func begin(_ target: EgressTarget, of origin: Origin) async throws -> NetworkRequestID {
        let id = NetworkRequestID(loop.makeID())
        try await EgressStore.insert(
            id, target, of: origin, .allowed, reason: nil, now: Timestamp(microseconds: loop.wallClock),
            in: database.as(origin.owner.organization))
        return id
    }

    /// Writes a request that is refused.
    func refuse(_ target: EgressTarget, of origin: Origin, reason: String) async throws {
        try await EgressStore.insert(
            NetworkRequestID(loop.makeID()), target, of: origin, .refused, reason: reason, now: Timestamp(microseconds: loop.wallClock),
            in: database.as(origin.owner.organization))
    }

    /// Writes how a request ended; it goes on in the background, since nobody waits for it.
    func end(_ id: NetworkRequestID, of origin: Origin, _ end: End) {
        loop.spawn { [self] in
            do {
                try await EgressStore.finish(id, end, in: database.as(origin.owner.organization))
            } catch {
                log.warning("the end of a request to the outside could not be written down", ["error": .error(error)])
            }
        }
    }

    /// Of a person's sandboxes, newest first.
    func list(_ query: NetworkRequestQuery, of person: Principal.Person) async throws -> Page<NetworkRequest> {
        let limit = query.effectiveLimit
        let before = try query.cursor.map { try ListCursor.read($0, NetworkRequestID.init) }
        let requests = try await EgressStore.list(
            of: person.user, sandbox: query.sandboxID, before: before, limit: limit + 1, in: database.as(person.organization))
        return Page(requests, limit: limit) { $0.id.description }
    }
}
