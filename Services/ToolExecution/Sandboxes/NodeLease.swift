internal import EventLoop
internal import ExternalHTTP
internal import HTTPClient
internal import PostgresClient
internal import Telemetry

/// This process as the others see it. Each renews its lease every second; one whose lease has run out is removed by another, and so is every
/// sandbox that none of them holds; one that finds itself removed has lost its sandboxes and goes on under a new id.
final class NodeLease {
    private(set) var id: PostgresUUID
    /// Called when this process was taken for dead.
    var onLoss: (() -> Void)?

    private let loop: EventLoop
    private let database: PostgresClient
    private let address: String
    private let log: Logger
    /// Renewals in a row that went well and were in time. After an outage the others get the time to renew theirs first.
    private var goodBeats = 0

    private static let interval = Duration.seconds(1)
    private static let beatsBeforeSweeping = 4

    init(loop: EventLoop, database: PostgresClient, address: String, log: Logger) {
        self.loop = loop
        self.database = database
        self.address = address
        self.log = log
        id = PostgresUUID(loop.makeID())
    }

    /// Writes the row for the first time: before it is there nothing may be held.
    func begin() async throws { try await begin(as: id) }

    private func begin(as id: PostgresUUID) async throws {
        try await database.query(
            "INSERT INTO tool_execution.nodes (id, address, lease_until) VALUES (\(id), \(address), clock_timestamp() + interval '5 s')")
    }

    /// Renews the lease and removes the dead, until cancelled.
    func run() async throws {
        while true {
            do {
                try await beat()
                if goodBeats >= Self.beatsBeforeSweeping { try await removeDead() }
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                goodBeats = 0
                log.warning("the lease could not be renewed", ["error": .error(error)])
            }
            try await loop.sleep(for: Self.interval)
        }
    }

    /// Renews the lease.
    func beat() async throws {
        // Late: this process has stood still, maybe with the machine and all others on it, or the clock has been put forward.
        let wasLate = try await database.query(
            """
            UPDATE tool_execution.nodes node SET lease_until = clock_timestamp() + interval '5 s'
            FROM tool_execution.nodes before WHERE node.id = \(id) AND before.id = node.id
            RETURNING before.lease_until < clock_timestamp() + interval '2.5 s'
            """
        ).first?.decode(Bool.self, at: 0)
        if wasLate != false { goodBeats = 0 }
        if wasLate == nil {
            log.error("this process was taken for dead")
            let next = PostgresUUID(loop.makeID())
            // What is held under an id without a row is nobody's.
            try await begin(as: next)
            id = next
            onLoss?()
        }
        goodBeats += 1
    }

    /// Whether the process of that id is alive, as far as anyone knows.
    func isAlive(_ node: PostgresUUID) async throws -> Bool {
        try await database.query("SELECT EXISTS (SELECT FROM tool_execution.nodes WHERE id = \(node))").single()
    }

    /// Where another living process is reached.
    func origin(of node: PostgresUUID) async throws -> HTTPOrigin? {
        let rows = try await database.query(
            "SELECT address FROM tool_execution.nodes WHERE id = \(node) AND lease_until > clock_timestamp()")
        return try rows.first.flatMap { HTTPURL("http://\(try $0.decode(String.self, at: 0))/")?.origin }
    }

    /// Not when all have stood still since the beat: its own lease is over then, like theirs. A sandbox whose process has no row is one that
    /// another left behind: its row was written after that had gone, or been removed.
    private func removeDead() async throws {
        try await database.acrossTenants().query(
            """
            WITH dead AS (
                DELETE FROM tool_execution.nodes WHERE lease_until < clock_timestamp()
                    AND EXISTS (SELECT FROM tool_execution.nodes WHERE id = \(id) AND lease_until > clock_timestamp()) RETURNING id)
            UPDATE tool_execution.sandboxes SET status = 'ended', end_reason = 'lost', ended_at = clock_timestamp()
            WHERE status = 'running' AND node_id NOT IN (SELECT id FROM tool_execution.nodes WHERE id NOT IN (SELECT id FROM dead))
            """)
    }

    /// Removes the row at the end, so that nobody has to wait for the lease.
    func end() async throws {
        try await database.query("DELETE FROM tool_execution.nodes WHERE id = \(id)")
    }
}
