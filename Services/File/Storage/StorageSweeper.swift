internal import EventLoop
internal import PostgresClient
internal import ServiceKit
internal import WireProtocol

/// Removes bytes that no row names: a process that died between storing and recording, or between forgetting and removing, leaves such.
final class StorageSweeper {
    private let loop: EventLoop
    private let database: PostgresClient
    private let storage: DiskStorage

    static let interval = Duration.seconds(3600)
    /// Younger bytes may belong to an upload that is under way.
    private static let age = 24 * 3600
    private static let batch = 500

    init(loop: EventLoop, database: PostgresClient, storage: DiskStorage) {
        self.loop = loop
        self.database = database
        self.storage = storage
    }

    /// Sweeps, and forgets old idempotency keys.
    func tidy() async throws {
        try await sweep(before: Int(loop.wallClock / 1_000_000) - Self.age)
        try await IdempotencyStore(schema: "file").purge(database)
    }

    /// Removes what was stored before a moment and is named by no row.
    func sweep(before moment: Int) async throws {
        var (stored, abandoned) = try await storage.objects(before: moment)
        await storage.removeAbandoned(abandoned)
        while !stored.isEmpty {
            let some = Array(stored.suffix(Self.batch))
            stored.removeLast(some.count)
            let rows = try await database.acrossTenants().query("SELECT id FROM files WHERE id = ANY(\(some))")
            let known = Set(try rows.map { try $0.decode(FileID.self, at: 0) })
            for id in some where !known.contains(id) { await storage.remove(id) }
        }
    }
}
