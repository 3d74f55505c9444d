internal import JSON
internal import PostgresClient
internal import ServiceKit
internal import WireProtocol

/// The rows of people's own tools and of what they allow.
enum OwnToolStore {
    /// Adds a tool; false when there is one of this name.
    static func insert(
        _ id: UUIDBytes, _ tool: CreateTool, of person: Principal.Person, now: Timestamp, in queryable: some PostgresQueryable
    ) async throws -> Bool {
        let definition = PostgresJSON(bytes: try JSONCodec.encode(tool))
        return try await !queryable.query(
            """
            INSERT INTO tool_execution.tools (id, organization_id, user_id, name, definition, created_at, updated_at)
            VALUES (\(PostgresUUID(high: id.high, low: id.low)), \(person.organization), \(person.user), \(tool.name), \(definition),
                \(now), \(now))
            ON CONFLICT (organization_id, user_id, name) DO NOTHING RETURNING 1
            """
        ).isEmpty
    }

    static func update(_ tool: CreateTool, of person: Principal.Person, now: Timestamp, in queryable: some PostgresQueryable) async throws {
        let definition = PostgresJSON(bytes: try JSONCodec.encode(tool))
        try await queryable.query(
            """
            UPDATE tool_execution.tools SET definition = \(definition), updated_at = \(now)
            WHERE organization_id = \(person.organization) AND user_id = \(person.user) AND name = \(tool.name)
            """)
    }

    /// False when there was none.
    static func delete(_ name: String, of person: Principal.Person, in queryable: some PostgresQueryable) async throws -> Bool {
        try await !queryable.query(
            """
            DELETE FROM tool_execution.tools
            WHERE organization_id = \(person.organization) AND user_id = \(person.user) AND name = \(name) RETURNING 1
            """
        ).isEmpty
    }

    /// `locked`: nobody else can change it before the end of the transaction.
    static func find(
        _ name: String, of person: Principal.Person, locked: Bool = false, in queryable: some PostgresQueryable
    ) async throws -> CreateTool? {
        try await queryable.query(
            """
            SELECT definition FROM tool_execution.tools
            WHERE organization_id = \(person.organization) AND user_id = \(person.user) AND name = \(name)
            \(fragment: locked ? "FOR UPDATE" : "")
            """
        ).first.map(tool)
    }

    /// By name, those after one; nil: all names.
    static func list(
        of person: Principal.Person, named names: [String]?, after name: String, limit: Int, in queryable: some PostgresQueryable
    ) async throws -> [CreateTool] {
        var query: PostgresQuery = """
            SELECT definition FROM tool_execution.tools
            WHERE organization_id = \(person.organization) AND user_id = \(person.user) AND name COLLATE "C" > \(name)
            """
        if let names { query.append(" AND name = ANY(\(names))") }
        query.append(" ORDER BY name COLLATE \"C\" LIMIT \(limit)")
        return try await queryable.query(query).map(tool)
    }

    static func count(of person: Principal.Person, in queryable: some PostgresQueryable) async throws -> Int {
        try await queryable.query(
            "SELECT count(*) FROM tool_execution.tools WHERE organization_id = \(person.organization) AND user_id = \(person.user)"
        ).first?.decode(at: 0) ?? 0
    }

    private static func tool(_ row: PostgresRow) throws -> CreateTool {
        let definition: PostgresJSON = try row.decode(at: 0)
        return try JSONCodec.decode(CreateTool.self, from: definition.bytes, unknownFields: .ignored)
    }

    // MARK: Policies

    /// Sets what holds for a tool; false when it would be one more than `limit`.
    static func set(
        _ rule: ToolPolicyRule, of person: Principal.Person, limit: Int, in queryable: some PostgresQueryable
    ) async throws -> Bool {
        try await !queryable.query(
            """
            INSERT INTO tool_execution.tool_policies (organization_id, user_id, tool, agent_id, policy)
            SELECT \(person.organization), \(person.user), \(rule.tool), \(rule.agentID)::uuid, \(rule.policy.rawValue)
            WHERE (SELECT count(*) FROM tool_execution.tool_policies
                WHERE organization_id = \(person.organization) AND user_id = \(person.user)
                    AND (tool <> \(rule.tool) OR agent_id IS DISTINCT FROM \(rule.agentID)::uuid)) < \(limit)
            ON CONFLICT (organization_id, user_id, tool, agent_id) DO UPDATE SET policy = excluded.policy RETURNING 1
            """
        ).isEmpty
    }

    static func policies(of person: Principal.Person, in queryable: some PostgresQueryable) async throws -> [ToolPolicyRule] {
        try await queryable.query(
            """
            SELECT tool, agent_id, policy FROM tool_execution.tool_policies
            WHERE organization_id = \(person.organization) AND user_id = \(person.user) ORDER BY tool, agent_id NULLS FIRST
            """
        ).map { row in
            let (tool, agent, policy) = try row.decode((String, AgentID?, String).self)
            return ToolPolicyRule(tool: tool, agentID: agent, policy: ToolPolicy(rawValue: policy) ?? .deny)
        }
    }

    /// What holds for a tool and an agent; what is said of the agent counts over what is said of all.
    static func policy(
        of tool: String, for agent: AgentID?, of person: Principal.Person, in queryable: some PostgresQueryable
    ) async throws -> ToolPolicy {
        let row = try await queryable.query(
            """
            SELECT policy FROM tool_execution.tool_policies
            WHERE organization_id = \(person.organization) AND user_id = \(person.user) AND tool = \(tool)
                AND (agent_id IS NULL OR agent_id = \(agent)::uuid)
            ORDER BY agent_id NULLS LAST LIMIT 1
            """
        ).first
        guard let row else { return .allow }
        return ToolPolicy(rawValue: try row.decode(String.self, at: 0)) ?? .deny
    }
}
