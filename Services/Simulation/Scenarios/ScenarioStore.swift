internal import PostgresClient
internal import ServiceKit
internal import WireProtocol

/// The rows of scenarios.
struct ScenarioStore {
    private static let columns: PostgresQuery = "id, user_id, name, description, setting, inputs, sharing, version, created_at, updated_at"

    func insert(_ scenario: Scenario, of person: Principal.Person, in database: some PostgresQueryable) async throws {
        try await database.query(
            """
            INSERT INTO simulation.scenarios (id, organization_id, user_id, name, description, setting, inputs, sharing, version, created_at,
                updated_at)
            VALUES (\(scenario.id), \(person.organization), \(person.user), \(scenario.name), \(scenario.description), \(scenario.setting),
                \(json(scenario.inputs)), \(scenario.sharing.rawValue), \(scenario.version), \(scenario.createdAt), \(scenario.updatedAt))
            """)
    }

    func update(_ scenario: Scenario, in database: some PostgresQueryable) async throws {
        try await database.query(
            """
            UPDATE simulation.scenarios SET name = \(scenario.name), description = \(scenario.description), setting = \(scenario.setting),
                inputs = \(json(scenario.inputs)), sharing = \(scenario.sharing.rawValue), version = \(scenario.version),
                updated_at = \(scenario.updatedAt)
            WHERE id = \(scenario.id)
            """)
    }

    /// A scenario that the person may see; nil when there is none. `locked`: nobody else can change it before the end of the transaction.
    func find(
        _ id: ScenarioID, for person: Principal.Person, locked: Bool = false, in database: some PostgresQueryable
    ) async throws -> Scenario? {
        try await database.query(
            """
            SELECT \(fragment: Self.columns) FROM simulation.scenarios WHERE id = \(id) AND \(fragment: person.canSee())
            \(fragment: locked ? "FOR UPDATE" : "")
            """
        ).first.map(Self.scenario)
    }

    /// The scenarios that the person may see, newest first, before one.
    func list(
        for person: Principal.Person, mine: Bool?, before: ScenarioID?, limit: Int, in database: some PostgresQueryable
    ) async throws -> [Scenario] {
        var query: PostgresQuery = "SELECT \(fragment: Self.columns) FROM simulation.scenarios WHERE \(fragment: person.canSee(mine: mine))"
        if let before { query.append(" AND id < \(before)") }
        query.append(" ORDER BY id DESC LIMIT \(limit)")
        return try await database.query(query).map(Self.scenario)
    }

    func delete(_ id: ScenarioID, in database: some PostgresQueryable) async throws {
        try await database.query("DELETE FROM simulation.scenarios WHERE id = \(id)")
    }

    private static func scenario(_ row: PostgresRow) throws -> Scenario {
        let (id, owner, name, description, setting, inputs, sharing, version, createdAt, updatedAt) = try row.decode(
            (ScenarioID, UserID, String, String?, String, PostgresJSON, String, Int, Timestamp, Timestamp).self)
        return Scenario(
            id: id, ownerID: owner, name: name, description: description, setting: setting, inputs: try inputs.value(),
            sharing: Sharing(rawValue: sharing) ?? .unknown, version: version, createdAt: createdAt, updatedAt: updatedAt)
    }
}
