internal import PostgresClient
internal import ServiceKit
internal import WireProtocol

/// The rows of conversations.
struct ConversationStore {
    private static let columns: PostgresQuery = "id, agent_id, title, message_count, created_at, updated_at"

    private static func conversations(of person: Principal.Person) -> PostgresQuery {
        "FROM agent.conversations WHERE organization_id = \(person.organization) AND user_id = \(person.user)"
    }

    /// The statement that begins a conversation. It returns no row when there is no such agent that the person may see.
    func insertion(of conversation: Conversation, of person: Principal.Person) -> PostgresQuery {
        """
        INSERT INTO agent.conversations (id, organization_id, user_id, agent_id, title, created_at, updated_at)
        SELECT \(conversation.id), organization_id, \(person.user), id, \(conversation.title)::text, \(conversation.createdAt),
            \(conversation.updatedAt)
        FROM agent.agents WHERE id = \(conversation.agentID) AND \(fragment: person.canSee()) AND deleted_at IS NULL
        RETURNING 1
        """
    }

    /// A person's conversation; nil when it is somebody else's or there is none. `locked`: nobody else can change it before the end of the transaction.
    func find(
        _ id: ConversationID, of person: Principal.Person, locked: Bool = false, in database: some PostgresQueryable
    ) async throws -> Conversation? {
        try await database.query(
            """
            SELECT \(fragment: Self.columns) \(fragment: Self.conversations(of: person)) AND id = \(id)
            \(fragment: locked ? "FOR UPDATE" : "")
            """
        ).first.map(Self.conversation)
    }

    /// A person's conversations, the one with the latest message first, after a place in that order.
    func list(
        of person: Principal.Person, with agent: AgentID?, after place: (updatedAt: Timestamp, id: ConversationID)?, limit: Int,
        in database: some PostgresQueryable
    ) async throws -> [Conversation] {
        var query: PostgresQuery = "SELECT \(fragment: Self.columns) \(fragment: Self.conversations(of: person))"
        if let agent { query.append(" AND agent_id = \(agent)") }
        if let place { query.append(" AND (updated_at, id) < (\(place.updatedAt), \(place.id))") }
        query.append(" ORDER BY updated_at DESC, id DESC LIMIT \(limit)")
        return try await database.query(query).map(Self.conversation)
    }

    /// Writes the title of a conversation, which the caller has locked.
    func update(_ conversation: Conversation, in transaction: PostgresTransaction) async throws {
        try await transaction.query("UPDATE agent.conversations SET title = \(conversation.title) WHERE id = \(conversation.id)")
    }

    /// Removes a conversation, which the caller has locked; what belongs to it, a trigger removes.
    func delete(_ id: ConversationID, in transaction: PostgresTransaction) async throws {
        try await transaction.query("DELETE FROM agent.conversations WHERE id = \(id)")
    }

    /// Locks a conversation until the end of the transaction and says whether a run of it is in progress; nil when there is no such conversation.
    func lock(_ id: ConversationID, of person: Principal.Person, in transaction: PostgresTransaction) async throws -> Bool? {
        let rows = try await transaction.queries([
            "SELECT id \(fragment: Self.conversations(of: person)) AND id = \(id) FOR UPDATE",
            // A statement of its own: it sees what was committed while the lock was waited for.
            "SELECT EXISTS (SELECT FROM agent.live_runs WHERE conversation_id = \(id))",
        ])
        guard rows.count == 2, rows[0].count == 1 else { return nil }
        return try rows[1].single(Bool.self)
    }

    private static func conversation(_ row: PostgresRow) throws -> Conversation {
        let (id, agent, title, messages, createdAt, updatedAt) = try row.decode(
            (ConversationID, AgentID, String?, Int, Timestamp, Timestamp).self)
        return Conversation(id: id, agentID: agent, title: title, messageCount: messages, createdAt: createdAt, updatedAt: updatedAt)
    }
}
