internal import EventLoop
internal import PostgresClient
internal import WireProtocol

/// Hands out revocations in the order in which they became visible, and forgets those that no living token can be refused by.
final class RevocationService {
    private let loop: EventLoop
    private let database: PostgresClient

    /// How many a page has when nothing is said.
    static let usualPage = 1000

    init(loop: EventLoop, database: PostgresClient) {
        self.loop = loop
        self.database = database
    }

    /// What was revoked after a cursor; nil: all that is kept. A cursor that was never given out is a problem.
    func page(after cursor: String?, limit: Int) async throws -> RevocationPage {
        guard let position = Int64(cursor ?? "0"), position >= 0 else {
            throw Problem(.validationFailed, errors: [FieldError(pointer: "/after", detail: "is no cursor")])
        }
        let entries = try await RevocationStore.entries(after: position, limit: limit + 1, in: database.acrossTenants())
        let page = entries.prefix(limit)
        return RevocationPage(
            data: page.map(\.revocation), cursor: String(page.last?.position ?? position), hasMore: entries.count > limit)
    }

    /// Forgets what has become irrelevant.
    func prune() async throws {
        let now = Timestamp(microseconds: loop.wallClock)
        try await RevocationStore.deleteExpired(now: now, in: database.acrossTenants())
    }
}
