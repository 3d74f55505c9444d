internal import Journal
internal import PostgresClient
internal import ServiceKit
internal import WireProtocol

/// The rows of simulations, and of what people say and ask for in them.
struct SimulationStore {
    private static let columns: PostgresQuery = """
        s.id, s.user_id, s.scenario_id, s.crew_id, s.agent_ids, s.seed, s.title, s.sharing, s.status, s.problem,
        coalesce(s.last_event, l.head, 0) AS last_event, s.version, s.created_at, s.finished_at
        """
    private static let tables: PostgresQuery = """
        FROM simulation.simulations s LEFT JOIN simulation.live_simulations l ON l.simulation_id = s.id
        """

    /// The statement that stores a simulation. It returns no row when the person has as many that have not ended as may be. A loop's writer
    /// carries out one after the other; where several loops begin simulations at the same moment, none counts what the others are just adding.
    func insertion(of simulation: Simulation, _ record: SimulationRecord, limit: Int) throws -> PostgresQuery {
        let person = record.person
        return """
            INSERT INTO simulation.simulations (id, organization_id, user_id, session_id, scopes, scenario_id, crew_id, agent_ids, seed, title,
                sharing, plan, request_id, trace_parent, created_at)
            SELECT \(simulation.id), \(person.organizationID), \(person.userID), \(person.sessionID), \(person.scopes),
                \(simulation.scenarioID), \(simulation.crewID)::uuid, \(simulation.agentIDs), \(simulation.seed), \(simulation.title)::text,
                \(simulation.sharing.rawValue), \(try json(record.plan))::json, \(record.requestID), \(record.traceParent), \(simulation.createdAt)
            WHERE (SELECT count(*) FROM simulation.simulations WHERE user_id = \(person.userID) AND finished_at IS NULL) < \(limit)
            RETURNING 1
            """
    }

    /// A simulation that the person may see; nil when there is none.
    func find(_ id: SimulationID, for person: Principal.Person, in database: some PostgresQueryable) async throws -> Simulation? {
        try await database.query(
            "SELECT \(fragment: Self.columns), s.summary \(fragment: Self.tables) WHERE s.id = \(id) AND \(fragment: person.canSee(in: "s"))"
        ).first.map(Self.simulation)
    }

    /// The same, and nobody else can change its row before the end of the transaction.
    func lock(_ id: SimulationID, for person: Principal.Person, in transaction: PostgresTransaction) async throws -> Simulation? {
        try await transaction.query("SELECT FROM simulation.simulations WHERE id = \(id) FOR UPDATE")
        // A statement of its own: it sees what was committed while the lock was waited for.
        return try await find(id, for: person, in: transaction)
    }

    /// The simulations that the person may see, without their summaries, newest first, before one.
    func list(
        _ query: SimulationQuery, for person: Principal.Person, before: SimulationID?, limit: Int, in database: some PostgresQueryable
    ) async throws -> [Simulation] {
        var statement: PostgresQuery = "SELECT \(fragment: Self.columns), NULL::json AS summary \(fragment: Self.tables)"
        statement.append(" WHERE \(fragment: person.canSee(mine: query.mine, in: "s"))")
        if let status = query.status { statement.append(" AND s.status = \(status.rawValue)") }
        if let scenario = query.scenarioID { statement.append(" AND s.scenario_id = \(scenario)") }
        if let crew = query.crewID { statement.append(" AND s.crew_id = \(crew)") }
        if let before { statement.append(" AND s.id < \(before)") }
        statement.append(" ORDER BY s.id DESC LIMIT \(limit)")
        return try await database.query(statement).map(Self.simulation)
    }

    func update(_ simulation: Simulation, in database: some PostgresQueryable) async throws {
        try await database.query(
            """
            UPDATE simulation.simulations SET title = \(simulation.title), sharing = \(simulation.sharing.rawValue),
                version = \(simulation.version)
            WHERE id = \(simulation.id)
            """)
    }

    /// Removes a simulation, which has ended, with its journal and what people said.
    func delete(_ id: SimulationID, in transaction: PostgresTransaction) async throws {
        try await transaction.queries([
            "DELETE FROM simulation.simulation_events WHERE simulation_id = \(id)",
            "DELETE FROM simulation.simulations WHERE id = \(id)",
        ])
    }

    // MARK: What people say and ask for

    /// What became of something that a person left.
    enum Addition {
        /// Its place, and the number of the latest event.
        case kept(ordinal: Int, head: Int)
        /// People have left as much as may be.
        case full
        /// The simulation has ended, or is about to.
        case ended
        /// There is no such simulation.
        case none
    }

    /// How many things people may leave in a simulation, and how many bytes in all: whoever goes on with it reads all of it.
    static let (mostInputs, largestInputs) = (2000, 4 << 20)

    /// Keeps what a person said or asked for. It goes on in the owner's latest session: the one that it began in may have ended.
    func add(
        _ kind: PersonInput.Kind, _ content: String, to id: SimulationID, by person: Principal.Person, at time: Timestamp,
        in database: some PostgresQueryable
    ) async throws -> Addition {
        let size = content.utf8.count
        let rows = try await database.query(
            """
            WITH found AS (
                SELECT id, NOT is_closing AND finished_at IS NULL AS is_open,
                    inputs < \(Self.mostInputs) AND input_size + \(size) <= \(Self.largestInputs) OR \(kind == .complete) AS has_room
                FROM simulation.simulations WHERE id = \(id) AND \(fragment: person.canSee()) FOR NO KEY UPDATE),
            simulation AS (
                UPDATE simulation.simulations s SET inputs = inputs + 1, input_size = input_size + \(size), is_closing = \(kind == .complete),
                    session_id = CASE WHEN user_id = \(person.user) THEN \(person.session) ELSE session_id END
                FROM found WHERE s.id = \(id) AND found.is_open AND found.has_room
                RETURNING s.id, organization_id, inputs),
            input AS (
                INSERT INTO simulation.inputs (simulation_id, ordinal, organization_id, user_id, kind, content, created_at)
                SELECT id, inputs, organization_id, \(person.user), \(kind.rawValue), \(content), \(time) FROM simulation)
            SELECT found.is_open, s.inputs, l.head FROM found LEFT JOIN simulation s ON s.id = found.id
                LEFT JOIN simulation.live_simulations l ON l.simulation_id = s.id
            """)
        guard let (isOpen, ordinal, head) = try rows.first?.decode((Bool, Int?, Int?).self) else { return .none }
        if let ordinal, let head { return .kept(ordinal: ordinal, head: head) }
        return isOpen ? .full : .ended
    }

    /// What people said and asked for in simulations, in each after a place; at most so much in all, and then not of all of them.
    func inputs(
        after places: [SimulationID: Int], limit: Int, in database: some PostgresQueryable
    ) async throws -> [InputReader.Found] {
        let places = Array(places)
        return try await database.query(
            """
            SELECT p.id, i.ordinal, i.kind, i.user_id, i.content, i.created_at
            FROM unnest(\(places.map(\.key)), \(places.map(\.value))) AS p(id, last) CROSS JOIN LATERAL (
                SELECT * FROM simulation.inputs WHERE simulation_id = p.id AND ordinal > p.last ORDER BY ordinal LIMIT \(limit)) i
            LIMIT \(limit)
            """
        ).map { row in
            let (id, ordinal, kind, user, content, time) = try row.decode((SimulationID, Int, String, UserID, String, Timestamp).self)
            let input = PersonInput.Kind(rawValue: kind).map {
                PersonInput(ordinal: ordinal, kind: $0, userID: user, content: content, at: time)
            }
            return InputReader.Found(simulation: id, ordinal: ordinal, input: input)
        }
    }

    /// A query that gives one row when people have left nothing after a place and none is about to: whoever does changes this row first.
    func nothingLeft(in id: SimulationID, after place: Int) -> PostgresQuery {
        "SELECT FROM simulation.simulations WHERE id = \(id) AND inputs = \(place) FOR NO KEY UPDATE SKIP LOCKED"
    }

    // MARK: For the engine

    /// What a simulation was accepted with.
    func record(of id: SimulationID, in organization: OrganizationID, _ database: some PostgresQueryable) async throws -> SimulationRecord {
        let rows = try await database.query(
            """
            SELECT plan, user_id, session_id, scopes, request_id, trace_parent FROM simulation.simulations WHERE id = \(id)
            """)
        guard let row = rows.first else { throw CorruptJournal("there is no simulation \(id)") }
        let (plan, user, session, scopes, request, trace) = try row.decode(
            (PostgresJSON, UserID, SessionID, [String], String, String).self)
        return SimulationRecord(
            id: id, plan: try plan.value(),
            person: DelegationSubject(userID: user, organizationID: organization, sessionID: session, scopes: scopes),
            requestID: request, traceParent: trace)
    }

    /// What an append changes of the simulation's row, as a part of its statement.
    func effects(_ change: RowChange, of id: SimulationID) throws -> PostgresQuery {
        var query: PostgresQuery = """
            , simulation AS (
                UPDATE simulation.simulations s SET status = \(change.status.rawValue), problem = \(try change.problem.map(json)),
                    status_since = clock_timestamp()
            """
        if change.status.isFinal {
            query.append(
                ", summary = \(try change.summary.map(json)), last_event = \(change.lastEvent), finished_at = clock_timestamp()")
        }
        // With the fence's id in place of the parameter, a plan that was made while the table was small goes through all of it.
        query.append(" FROM fence WHERE s.id = \(id))")
        return query
    }

    private static func simulation(_ row: PostgresRow) throws -> Simulation {
        let (id, owner, scenario, crew, agents, seed, title, sharing) = try row.decode(
            (SimulationID, UserID, ScenarioID, CrewID?, [AgentID], Int, String?, String).self)
        return Simulation(
            id: id, ownerID: owner, scenarioID: scenario, crewID: crew, agentIDs: agents, seed: seed, title: title,
            sharing: Sharing(rawValue: sharing) ?? .unknown,
            status: SimulationStatus(rawValue: try row.decode(String.self, "status")) ?? .unknown,
            problem: try row.decode(PostgresJSON?.self, "problem")?.value(),
            summary: try row.decode(PostgresJSON?.self, "summary")?.value(),
            lastEvent: try row.decode(Int.self, "last_event"), version: try row.decode(Int.self, "version"),
            createdAt: try row.decode(Timestamp.self, "created_at"), finishedAt: try row.decode(Timestamp?.self, "finished_at"))
    }
}
