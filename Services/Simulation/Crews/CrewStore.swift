internal import PostgresClient
internal import ServiceKit
internal import WireProtocol

/// The rows of crews.
struct CrewStore {
    private static let columns: PostgresQuery = """
        id, user_id, name, description, process, manager, members, tasks, max_revisions, inputs, sharing, version, created_at, updated_at
        """

    func insert(_ crew: Crew, of person: Principal.Person, in database: some PostgresQueryable) async throws {
        try await database.query(
            """
            INSERT INTO simulation.crews (id, organization_id, user_id, name, description, process, manager, members, tasks, agent_ids,
                max_revisions, inputs, sharing, version, created_at, updated_at)
            VALUES (\(crew.id), \(person.organization), \(person.user), \(crew.name), \(crew.description), \(crew.process.rawValue),
                \(crew.manager), \(json(crew.members)), \(json(crew.tasks)), \(crew.members.map(\.agentID)), \(crew.maxRevisions),
                \(json(crew.inputs)), \(crew.sharing.rawValue), \(crew.version), \(crew.createdAt), \(crew.updatedAt))
            """)
    }

    func update(_ crew: Crew, in database: some PostgresQueryable) async throws {
        try await database.query(
            """
            UPDATE simulation.crews SET name = \(crew.name), description = \(crew.description), process = \(crew.process.rawValue),
                manager = \(crew.manager), members = \(json(crew.members)), tasks = \(json(crew.tasks)),
                agent_ids = \(crew.members.map(\.agentID)), max_revisions = \(crew.maxRevisions), inputs = \(json(crew.inputs)),
                sharing = \(crew.sharing.rawValue), version = \(crew.version), updated_at = \(crew.updatedAt)
            WHERE id = \(crew.id)
            """)
    }

    /// A crew that the person may see; nil when there is none. `locked`: nobody else can change it before the end of the transaction.
    func find(_ id: CrewID, for person: Principal.Person, locked: Bool = false, in database: some PostgresQueryable) async throws -> Crew? {
        try await database.query(
            """
            SELECT \(fragment: Self.columns) FROM simulation.crews WHERE id = \(id) AND \(fragment: person.canSee())
            \(fragment: locked ? "FOR UPDATE" : "")
            """
        ).first.map(Self.crew)
    }

    /// The crews that the person may see, newest first, before one.
    func list(
        _ query: CrewQuery, for person: Principal.Person, before: CrewID?, limit: Int, in database: some PostgresQueryable
    ) async throws -> [Crew] {
        var statement: PostgresQuery = "SELECT \(fragment: Self.columns) FROM simulation.crews"
        statement.append(" WHERE \(fragment: person.canSee(mine: query.mine))")
        if let agent = query.agentID { statement.append(" AND \(agent) = ANY (agent_ids)") }
        if let before { statement.append(" AND id < \(before)") }
        statement.append(" ORDER BY id DESC LIMIT \(limit)")
        return try await database.query(statement).map(Self.crew)
    }

    func delete(_ id: CrewID, in database: some PostgresQueryable) async throws {
        try await database.query("DELETE FROM simulation.crews WHERE id = \(id)")
    }

    private static func crew(_ row: PostgresRow) throws -> Crew {
        let (id, owner, name, description, process, manager, members, tasks) = try row.decode(
            (CrewID, UserID, String, String?, String, String?, PostgresJSON, PostgresJSON).self)
        return Crew(
            id: id, ownerID: owner, name: name, description: description, process: CrewProcess(rawValue: process) ?? .unknown,
            manager: manager, members: try members.value(), tasks: try tasks.value(),
            maxRevisions: try row.decode(Int.self, "max_revisions"), inputs: try row.decode(PostgresJSON.self, "inputs").value(),
            sharing: Sharing(rawValue: try row.decode(String.self, "sharing")) ?? .unknown,
            version: try row.decode(Int.self, "version"), createdAt: try row.decode(Timestamp.self, "created_at"),
            updatedAt: try row.decode(Timestamp.self, "updated_at"))
    }
}
