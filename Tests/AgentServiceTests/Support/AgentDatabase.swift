import EventLoop
import PostgresClient
import ServiceKit
import Support
import WireProtocol

/// A migrated database with one person, one agent and one conversation.
struct AgentDatabase {
    let loop: EventLoop
    let client: PostgresClient
    let person = Principal.Person(user: .sample, organization: .sample, session: .sample)
    let agent: AgentID
    let conversation: ConversationID

    /// Says who acts in a run.
    var subject: DelegationSubject {
        DelegationSubject(
            userID: person.user, organizationID: person.organization, sessionID: person.session, scopes: ["conversations:write"])
    }

    /// Another conversation with the agent.
    func makeConversation() async throws -> ConversationID {
        let id = ConversationID(loop.makeID())
        let now = Timestamp(microseconds: loop.wallClock)
        try await client.as(person).query(
            """
            INSERT INTO agent.conversations (id, organization_id, user_id, agent_id, created_at, updated_at)
            VALUES (\(id), \(person.organization), \(person.user), \(agent), \(now), \(now))
            """)
        return id
    }

    fileprivate init(_ loop: EventLoop, _ client: PostgresClient, mode: AgentMode, tools: [String]) async throws {
        self.loop = loop
        self.client = client
        agent = AgentID(loop.makeID())
        conversation = ConversationID(loop.makeID())
        let now = Timestamp(microseconds: loop.wallClock)
        try await client.as(person).transaction { transaction in
            try await transaction.query(
                """
                INSERT INTO agent.agents (id, organization_id, user_id, name, version, created_at, updated_at)
                VALUES (\(agent), \(person.organization), \(person.user), 'Analyst', 1, \(now), \(now))
                """)
            try await transaction.query(
                """
                INSERT INTO agent.agent_versions (agent_id, version, organization_id, instructions, mode, max_steps, tools, created_at)
                VALUES (\(agent), 1, \(person.organization), 'Be brief.', \(mode.rawValue), 5, \(tools), \(now))
                """)
            try await transaction.query(
                """
                INSERT INTO agent.conversations (id, organization_id, user_id, agent_id, created_at, updated_at)
                VALUES (\(conversation), \(person.organization), \(person.user), \(agent), \(now), \(now))
                """)
        }
    }
}

/// Runs `body` with such a database, as the role that serves.
func withConversation<T: Sendable>(
    mode: AgentMode = .codeact, tools: [String] = [], _ body: @escaping @Sendable (AgentDatabase) async throws -> T
) async throws -> T {
    try await withAgentDatabase { loop, database in
        let client = PostgresClient(loop, database.configuration(user: "agent", tenantSetting: DatabaseConfiguration.tenantSetting))
        defer { client.close() }
        return try await body(AgentDatabase(loop, client, mode: mode, tools: tools))
    }
}
