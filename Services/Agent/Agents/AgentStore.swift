internal import PostgresClient
internal import ServiceKit
internal import WireProtocol

/// The rows of agents. What can change stands twice: an agent's row says which version counts, and the rows of versions never change, so that
/// a run goes on as it began. A deleted agent stays for the conversations that had it, unseen here.
struct AgentStore {
    private static let columns: PostgresQuery = """
        a.id, a.name, a.description, v.instructions, v.mode, v.model_provider, v.model_name, v.temperature, v.max_steps, v.tools, a.version,
        a.created_at, a.updated_at, a.user_id, a.sharing
        """

    private static let agents: PostgresQuery =
        "SELECT \(fragment: columns) FROM agent.agents a JOIN agent.agent_versions v ON v.agent_id = a.id AND v.version = a.version"

    /// Adds an agent with its first version.
    func insert(_ agent: Agent, of person: Principal.Person, in database: some PostgresQueryable) async throws {
        try await database.query(
            """
            WITH agent AS (
                INSERT INTO agent.agents (id, organization_id, user_id, name, description, sharing, version, created_at, updated_at)
                VALUES (\(agent.id), \(person.organization), \(person.user), \(agent.name), \(agent.description),
                    \(agent.sharing.rawValue), \(agent.version), \(agent.createdAt), \(agent.updatedAt)))
            \(fragment: version(agent, person))
            """)
    }

    /// Writes a changed agent, whose version is a new one.
    func update(_ agent: Agent, of person: Principal.Person, in database: some PostgresQueryable) async throws {
        try await database.query(
            """
            WITH agent AS (
                UPDATE agent.agents SET name = \(agent.name), description = \(agent.description),
                    sharing = \(agent.sharing.rawValue), version = \(agent.version), updated_at = \(agent.updatedAt)
                WHERE id = \(agent.id))
            \(fragment: version(agent, person))
            """)
    }

    private func version(_ agent: Agent, _ person: Principal.Person) -> PostgresQuery {
        """
        INSERT INTO agent.agent_versions (agent_id, version, organization_id, instructions, mode, model_provider, model_name, temperature,
            max_steps, tools, created_at)
        VALUES (\(agent.id), \(agent.version), \(person.organization), \(agent.instructions), \(agent.mode.rawValue), \(agent.model?.provider),
            \(agent.model?.name), \(agent.temperature), \(agent.maxSteps), \(agent.tools), \(agent.updatedAt))
        """
    }

    /// An agent that the person may see; nil when there is none.
    func find(_ id: AgentID, for person: Principal.Person, in database: some PostgresQueryable) async throws -> Agent? {
        try await database.query(find(id, for: person)).first.map(Self.agent)
    }

    /// The same, and nobody else can change it before the end of the transaction.
    func lock(_ id: AgentID, for person: Principal.Person, in transaction: PostgresTransaction) async throws -> Agent? {
        // Two statements: the second sees the version that was committed while the lock was waited for.
        try await transaction.queries(["SELECT FROM agent.agents WHERE id = \(id) FOR UPDATE", find(id, for: person)])
            .last?.first.map(Self.agent)
    }

    private func find(_ id: AgentID, for person: Principal.Person) -> PostgresQuery {
        "\(fragment: Self.agents) WHERE \(fragment: person.canSee(in: "a")) AND a.deleted_at IS NULL AND a.id = \(id)"
    }

    /// The agents that the person may see, newest first, before one. Their own and those of others are found apart, each by an index that has them in
    /// this order, so that no more are read than a page has.
    func list(
        _ query: AgentQuery, for person: Principal.Person, before: AgentID?, limit: Int, in database: some PostgresQueryable
    ) async throws -> [Agent] {
        func ids(mine: Bool) -> PostgresQuery {
            var ids: PostgresQuery = "SELECT id FROM agent.agents WHERE \(fragment: person.canSee(mine: mine)) AND deleted_at IS NULL"
            if let wanted = query.id { ids.append(" AND id = ANY(\(wanted))") }
            if let before { ids.append(" AND id < \(before)") }
            ids.append(" ORDER BY id DESC LIMIT \(limit)")
            return ids
        }
        let page: PostgresQuery =
            query.mine.map(ids) ?? "(\(fragment: ids(mine: true))) UNION ALL (\(fragment: ids(mine: false)))"
        return try await database.query(
            "\(fragment: Self.agents) WHERE a.id IN (\(fragment: page)) ORDER BY a.id DESC LIMIT \(limit)"
        ).map(Self.agent)
    }

    /// Marks a person's agent as deleted. Returns false when there is none.
    func delete(_ id: AgentID, at time: Timestamp, of person: Principal.Person, in database: some PostgresQueryable) async throws -> Bool {
        try await database.query(
            """
            UPDATE agent.agents SET deleted_at = \(time)
            WHERE id = \(id) AND organization_id = \(person.organization) AND user_id = \(person.user) AND deleted_at IS NULL
            """
        ).affectedRows == 1
    }

    private static func agent(_ row: PostgresRow) throws -> Agent {
        let (
            id, name, description, instructions, mode, provider, model, temperature, maxSteps, tools, version, createdAt, updatedAt, owner,
            sharing
        ) =
            try row.decode(
                (
                    AgentID, String, String?, String, String, String?, String?, Double?, Int, [String], Int, Timestamp, Timestamp, UserID,
                    String
                ).self)
        return Agent(
            id: id, ownerID: owner, name: name, description: description, instructions: instructions,
            mode: AgentMode(rawValue: mode) ?? .unknown,
            model: provider.flatMap { provider in model.map { ModelChoice(provider: provider, name: $0) } }, temperature: temperature,
            maxSteps: maxSteps, tools: tools, sharing: Sharing(rawValue: sharing) ?? .unknown, version: version, createdAt: createdAt,
            updatedAt: updatedAt)
    }
}
