internal import JSON
internal import PostgresClient
internal import WireProtocol

/// The rows of what conversations hold. Whose a conversation is, the caller has found out.
struct MessageStore {
    private static let columns: PostgresQuery = "id, conversation_id, ordinal, role, content, run_id, created_at"

    /// Messages, the oldest or the latest first, after a place in that order.
    func messages(
        of conversation: ConversationID, latestFirst: Bool, after ordinal: Int?, limit: Int, in database: some PostgresQueryable
    ) async throws -> [Message] {
        var query: PostgresQuery = "SELECT \(fragment: Self.columns) FROM agent.messages WHERE conversation_id = \(conversation)"
        if let ordinal { query.append(latestFirst ? " AND ordinal < \(ordinal)" : " AND ordinal > \(ordinal)") }
        query.append(latestFirst ? " ORDER BY ordinal DESC LIMIT \(limit)" : " ORDER BY ordinal LIMIT \(limit)")
        return try await database.query(query).map(Self.message)
    }

    /// The latest messages before an ordinal, newest first, up to the first that goes beyond a window's bytes; always two, since a window has the newest
    /// whatever its size, and the next one shows that it ends there.
    func messages(
        of conversation: ConversationID, before ordinal: Int, within limits: WindowLimits, in database: some PostgresQueryable
    ) async throws -> [Message] {
        try await database.query(
            """
            SELECT \(fragment: Self.columns) FROM (
                SELECT *, sum(octet_length(content)) OVER (ORDER BY ordinal DESC) - octet_length(content) AS newer_bytes FROM (
                    SELECT \(fragment: Self.columns) FROM agent.messages
                    WHERE conversation_id = \(conversation) AND ordinal < \(ordinal) ORDER BY ordinal DESC LIMIT \(limits.messages)
                ) latest
            ) measured
            WHERE newer_bytes <= \(limits.bytes) OR ordinal >= \(ordinal - 2) ORDER BY ordinal DESC
            """
        ).map(Self.message)
    }

    /// The files that runs saved, newest first, after a place in that order; each with the number of its event.
    func artifacts(
        of conversation: ConversationID, after place: (run: RunID, sequence: Int)?, limit: Int, in database: some PostgresQueryable
    ) async throws -> [(artifact: Artifact, sequence: Int)] {
        let rest: PostgresQuery = place.map { " AND (run_id, seq) < (\($0.run), \($0.sequence))" } ?? ""
        return try await database.query(
            """
            SELECT run_id, seq, file, created_at FROM agent.artifacts
            WHERE conversation_id = \(conversation)\(fragment: rest) ORDER BY run_id DESC, seq DESC LIMIT \(limit)
            """
        ).map { row in
            let (run, sequence, file, createdAt) = try row.decode((RunID, Int, PostgresJSON, Timestamp).self)
            let reference = try JSONCodec.decode(FileReference.self, from: file.bytes, unknownFields: .ignored)
            return (Artifact(file: reference, runID: run, createdAt: createdAt), sequence)
        }
    }

    private static func message(_ row: PostgresRow) throws -> Message {
        let (id, conversation, ordinal, role, content, run, createdAt) = try row.decode(
            (MessageID, ConversationID, Int, String, String, RunID, Timestamp).self)
        return Message(
            id: id, conversationID: conversation, ordinal: ordinal, role: MessageRole(rawValue: role) ?? .unknown, content: content,
            runID: run,
            createdAt: createdAt)
    }
}
