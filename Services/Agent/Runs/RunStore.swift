internal import JSON
package import PostgresClient
package import ServiceKit
package import WireProtocol

/// What is known of runs outside their journal.
package struct RunStore {
    let database: PostgresClient

    package init(_ database: PostgresClient) { self.database = database }

    /// A run, and how far its numbers go.
    package struct Found {
        package var run: Run
        /// No greater number has been shown to anyone.
        package var shownLimit: Int
    }

    /// A conversation as one who posts in it needs it.
    struct Destination: Hashable {
        var agentID: AgentID
        var settings: AgentSettings
        var isAgentDeleted: Bool
        /// Whether the agent is somebody else's and not shared any more.
        var isAgentWithdrawn: Bool
    }

    /// The person's run; nil: there is none.
    package func find(_ run: RunID, for person: Principal.Person) async throws -> Found? {
        let rows = try await database.as(person).query(
            "\(fragment: Self.selection) WHERE r.id = \(run) AND r.user_id = \(person.user)")
        return try rows.first.map(Self.decode)
    }

    /// The runs of the person's conversation before a run, newest first; nil: there is no such conversation.
    func list(_ conversation: ConversationID, before: RunID?, limit: Int, for person: Principal.Person) async throws -> [Run]? {
        let rows = try await database.as(person).query(
            """
            \(fragment: Self.selection) WHERE r.conversation_id = \(conversation) AND r.user_id = \(person.user)
                AND (\(before) IS NULL OR r.id < \(before)) ORDER BY r.id DESC LIMIT \(limit)
            """)
        if rows.isEmpty, try await !exists(conversation, for: person) { return nil }
        return try rows.map { try Self.decode($0).run }
    }

    private func exists(_ conversation: ConversationID, for person: Principal.Person) async throws -> Bool {
        try await !database.as(person).query(
            "SELECT id FROM agent.conversations WHERE id = \(conversation) AND user_id = \(person.user)"
        ).isEmpty
    }

    /// Where a message of this person goes; nil: there is no such conversation.
    ///
    /// - Parameter agent: With which the conversation is yet to begin.
    func destination(
        _ conversation: ConversationID, beginningWith agent: AgentID? = nil, for person: Principal.Person
    ) async throws -> Destination? {
        let conversations: PostgresQuery =
            if let agent {
                """
                (SELECT id AS agent_id, \(person.user) AS user_id FROM agent.agents
                 WHERE id = \(agent) AND \(fragment: person.canSee()) AND deleted_at IS NULL)
                """
            } else {
                "(SELECT agent_id, user_id FROM agent.conversations WHERE id = \(conversation) AND user_id = \(person.user))"
            }
        let rows = try await database.as(person).query(
            """
            SELECT a.id, a.deleted_at IS NOT NULL, a.user_id <> c.user_id AND a.sharing = 'private', v.version, v.mode, v.instructions,
                v.model_provider, v.model_name, v.temperature, v.max_steps, v.tools
            FROM \(fragment: conversations) c JOIN agent.agents a ON a.id = c.agent_id
                JOIN agent.agent_versions v ON v.agent_id = a.id AND v.version = a.version
            """)
        guard let row = rows.first else { return nil }
        let (agent, isDeleted, isWithdrawn, version, mode, instructions, provider, model, temperature, maxSteps, tools) = try row.decode(
            (AgentID, Bool, Bool, Int, String, String, String?, String?, Double?, Int, [String]).self)
        return Destination(
            agentID: agent,
            settings: AgentSettings(
                version: version, mode: AgentMode(rawValue: mode) ?? .unknown, instructions: instructions,
                model: provider.flatMap { provider in model.map { ModelChoice(provider: provider, name: $0) } },
                temperature: temperature, maxSteps: maxSteps, tools: tools),
            isAgentDeleted: isDeleted, isAgentWithdrawn: isWithdrawn)
    }

    /// How many runs of the person have not ended.
    func countLive(of person: Principal.Person) async throws -> Int {
        try await database.as(person).query("SELECT count(*) FROM agent.live_runs WHERE user_id = \(person.user)").single()
    }

    /// The message that started a run, as it was accepted, and the run as it was then.
    func receipt(of run: RunID, for person: Principal.Person) async throws -> MessageReceipt? {
        let rows = try await database.as(person).query(
            """
            SELECT m.id, m.conversation_id, m.ordinal, m.content, m.created_at, r.agent_id
            FROM agent.runs r JOIN agent.messages m ON m.conversation_id = r.conversation_id AND m.ordinal = r.message_ordinal
            WHERE r.id = \(run) AND r.user_id = \(person.user)
            """)
        guard let row = rows.first else { return nil }
        let (id, conversation, ordinal, content, createdAt, agent) = try row.decode(
            (MessageID, ConversationID, Int, String, Timestamp, AgentID).self)
        return .accepted(
            Message(
                id: id, conversationID: conversation, ordinal: ordinal, role: .user, content: content, runID: run, createdAt: createdAt),
            run: run, agent: agent)
    }

    /// The person's run, and the message with which it ended, if it has; nil: there is no such run.
    func outcome(of run: RunID, for person: Principal.Person) async throws -> (run: Run, reply: Message?)? {
        let rows = try await database.as(person).query(
            """
            SELECT \(fragment: Self.columns), m.ordinal, m.content, m.created_at AS replied_at
            FROM \(fragment: Self.tables) LEFT JOIN agent.messages m
                ON m.conversation_id = r.conversation_id AND m.ordinal = r.message_ordinal + 1 AND m.id = r.reply_id
            WHERE r.id = \(run) AND r.user_id = \(person.user)
            """)
        guard let row = rows.first else { return nil }
        let ended = try Self.decode(row).run
        guard let reply = ended.replyID, let ordinal = try row.decode(Int?.self, "ordinal") else { return (ended, nil) }
        let message = Message(
            id: reply, conversationID: ended.conversationID, ordinal: ordinal, role: .assistant,
            content: try row.decode(String.self, "content"), runID: run, createdAt: try row.decode(Timestamp.self, "replied_at"))
        return (ended, message)
    }

    // MARK: Rows

    private static let selection: PostgresQuery = "SELECT \(fragment: columns) FROM \(fragment: tables)"

    private static let columns: PostgresQuery = """
        r.id, r.conversation_id, r.agent_id, r.message_id, r.status, r.problem, r.reply_id, r.last_event, r.created_at, r.finished_at,
            l.head, l.shown_limit, r.input_tokens, r.output_tokens, r.cost, r.cost_micros, r.cost_currency,
            l.run_id IS NOT NULL AND EXISTS (
                SELECT FROM agent.approvals WHERE run_id = r.id AND decision IS NULL AND \(fragment: ApprovalStore.isInTime)) AS is_awaiting
        """

    private static let tables: PostgresQuery = "agent.runs r LEFT JOIN agent.live_runs l ON l.run_id = r.id"

    private static func decode(_ row: PostgresRow) throws -> Found {
        let (id, conversation, agent, message, status, problem, reply, last, createdAt, finishedAt, head, limit) = try row.decode(
            (
                RunID, ConversationID, AgentID, MessageID, String, PostgresJSON?, MessageID?, Int?, Timestamp, Timestamp?, Int?, Int?
            ).self)
        let lastEvent = last ?? head ?? 1
        let run = Run(
            id: id, conversationID: conversation, agentID: agent, messageID: message,
            status: try self.status(status, row, isLive: finishedAt == nil, lastEvent: lastEvent),
            problem: try problem.map { try JSONCodec.decode(Problem.self, from: $0.bytes, unknownFields: .ignored) },
            replyID: reply, lastEvent: lastEvent, usage: try usage(row), createdAt: createdAt, finishedAt: finishedAt)
        return Found(run: run, shownLimit: max(limit ?? lastEvent, lastEvent))
    }

    /// The row says `queued` until the end; what happens meanwhile is in the journal.
    private static func status(_ name: String, _ row: PostgresRow, isLive: Bool, lastEvent: Int) throws -> RunStatus {
        if isLive, try row.decode(Bool.self, "is_awaiting") { return .awaitingApproval }
        return isLive && lastEvent > 1 ? .running : RunStatus(rawValue: name) ?? .unknown
    }

    /// What the model calls of a run that has ended used; nil when no provider said.
    private static func usage(_ row: PostgresRow) throws -> TokenUsage? {
        guard let input = try row.decode(Int?.self, "input_tokens"), let output = try row.decode(Int?.self, "output_tokens") else {
            return nil
        }
        return TokenUsage(inputTokens: input, outputTokens: output, totalCost: try cost(row))
    }

    /// The version before wrote a number, and no currency.
    private static func cost(_ row: PostgresRow) throws -> Money? {
        guard let micros = try row.decode(Int?.self, "cost_micros"), let currency = try row.decode(String?.self, "cost_currency") else {
            return try row.decode(Double?.self, "cost").flatMap(Money.init(withoutCurrency:))
        }
        return Money(amountMicros: micros, currency: currency)
    }
}

extension MessageReceipt {
    /// What is answered to a message when its run was accepted.
    static func accepted(_ message: Message, run: RunID, agent: AgentID) -> MessageReceipt {
        MessageReceipt(
            message: message,
            run: Run(
                id: run, conversationID: message.conversationID, agentID: agent, messageID: message.id, status: .queued, lastEvent: 1,
                createdAt: message.createdAt))
    }
}
