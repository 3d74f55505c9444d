package import EventLoop
internal import JSON
package import PostgresClient
package import ServiceClients
package import ServiceKit
package import WireProtocol

/// What may be done with crews, and how. It knows no HTTP.
package final class CrewService {
    private let loop: EventLoop
    private let database: PostgresClient
    private let agents: AgentDirectory
    private let tools: any ToolDirectory
    private let store = CrewStore()

    package init(loop: EventLoop, database: PostgresClient, agents: AgentDirectory, tools: any ToolDirectory) {
        self.loop = loop
        self.database = database
        self.agents = agents
        self.tools = tools
    }

    /// A crew as a person wants it, checked and not yet stored; problems 422 name every wrong place, agents and tools that the person has not included.
    func draft(_ wanted: CreateCrew, of person: Principal.Person, token: String, from origin: CallOrigin) async throws -> Crew {
        let now = Timestamp(microseconds: loop.wallClock)
        let crew = Crew(
            id: CrewID(loop.makeID()), ownerID: person.user, name: wanted.name, description: wanted.description, process: wanted.process,
            manager: wanted.manager, members: wanted.members, tasks: wanted.tasks, maxRevisions: wanted.maxRevisions ?? Self.usualRevisions,
            inputs: wanted.inputs ?? [:], sharing: wanted.sharing ?? .private, version: 1, createdAt: now, updatedAt: now)
        try demandValid(crew)
        try await demandAgentsAndTools(of: crew.members, token: token, from: origin)
        return crew
    }

    private static let usualRevisions = 2
    /// The longest that looking up any number of tools takes.
    private static let longestLookup = Duration.seconds(10)

    /// Stores a crew that was drafted, within a transaction.
    func insert(_ crew: Crew, of person: Principal.Person, in transaction: PostgresTransaction) async throws {
        try await store.insert(crew, of: person, in: transaction)
    }

    /// A crew that the person may see; a problem 404 when there is none.
    package func find(_ id: CrewID, for person: Principal.Person) async throws -> Crew {
        guard let crew = try await store.find(id, for: person, in: database.as(person)) else { throw Problem(.notFound) }
        return crew
    }

    /// A page of the crews that the person may see, newest first.
    func list(_ query: CrewQuery, for person: Principal.Person) async throws -> Page<Crew> {
        let limit = query.effectiveLimit
        let before = try query.cursor.map { try ListCursor.read($0, CrewID.init) }
        let crews = try await store.list(query, for: person, before: before, limit: limit + 1, in: database.as(person))
        return Page(crews, limit: limit) { $0.id.description }
    }

    /// Changes a crew, if it is still as the caller saw it. A change that changes nothing makes no new version.
    func update(
        _ id: CrewID, _ patch: UpdateCrew, ifMatch precondition: EntityTagCondition, by person: Principal.Person, token: String,
        from origin: CallOrigin
    ) async throws -> Crew {
        // Nothing is called inside the transaction: who is new is looked up before.
        let known = try await find(id, for: person).members
        if let members = patch.members { try await demandAgentsAndTools(of: members, besides: known, token: token, from: origin) }
        return try await database.as(person).transaction { transaction in
            let old = try await own(id, of: person, in: transaction)
            guard precondition.holds(for: old.entityTag) else { throw Problem(.preconditionFailed) }
            var crew = old
            crew.apply(patch)
            if crew == old { return old }
            try demandValid(crew)
            crew.version += 1
            crew.updatedAt = Timestamp(microseconds: loop.wallClock)
            try await store.update(crew, in: transaction)
            return crew
        }
    }

    /// Deletes a crew; a problem 404 when there is none.
    func delete(_ id: CrewID, by person: Principal.Person) async throws {
        try await database.as(person).transaction { transaction in
            _ = try await own(id, of: person, in: transaction)
            try await store.delete(id, in: transaction)
        }
    }

    private func own(_ id: CrewID, of person: Principal.Person, in transaction: PostgresTransaction) async throws -> Crew {
        guard let crew = try await store.find(id, for: person, locked: true, in: transaction) else { throw Problem(.notFound) }
        try person.demandOwnership(of: crew.ownerID)
        return crew
    }

    private func demandValid(_ crew: Crew) throws {
        let errors = CrewRules(crew).violations
        guard errors.isEmpty else { throw Problem(.validationFailed, errors: errors) }
    }

    private func demandAgentsAndTools(
        of members: [CrewMember], besides known: [CrewMember] = [], token: String, from origin: CallOrigin
    ) async throws {
        let wanted = Set(members.map(\.agentID)).subtracting(known.map(\.agentID))
        let missing = wanted.subtracting(try await agents.find(wanted, token: token, from: origin).keys)
        let missingTools = try await missingTools(of: members, besides: known, token: token, from: origin)
        var errors: [FieldError] = []
        for (place, member) in members.enumerated() {
            if missing.contains(member.agentID) {
                errors.append(FieldError(pointer: "/members/\(place)/agent_id", detail: "names no agent that you may use"))
            }
            for (position, tool) in (member.tools ?? []).enumerated() where missingTools.contains(tool) {
                errors.append(FieldError(pointer: "/members/\(place)/tools/\(position)", detail: "names no tool that you may use"))
            }
        }
        guard errors.isEmpty else { throw Problem(.validationFailed, errors: errors) }
    }

    /// The members' tools that the person does not have.
    func missingTools(
        of members: [CrewMember], besides known: [CrewMember] = [], token: String, from origin: CallOrigin
    ) async throws -> Set<String> {
        let wanted = Set(members.flatMap { $0.tools ?? [] }).subtracting(known.flatMap { $0.tools ?? [] })
        do {
            return try await loop.withTimeout(Self.longestLookup) { [tools] in
                wanted.subtracting(try await tools.find(wanted, as: .bearer(token), from: origin).keys)
            }
        } catch is TimedOut {
            throw Problem(.unavailable, detail: "The tool-execution service does not answer.")
        }
    }
}

extension Crew {
    /// Its version in quotes.
    var entityTag: String { "\"\(version)\"" }

    fileprivate mutating func apply(_ patch: UpdateCrew) {
        name = patch.name ?? name
        description = patch.description.applied(to: description)
        process = patch.process ?? process
        manager = patch.manager.applied(to: manager)
        members = patch.members ?? members
        tasks = patch.tasks ?? tasks
        maxRevisions = patch.maxRevisions ?? maxRevisions
        inputs = inputs.patched(by: patch.inputs)
        sharing = patch.sharing ?? sharing
    }
}
