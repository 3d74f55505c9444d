package import EventLoop
internal import JSON
package import PostgresClient
package import ServiceClients
package import ServiceKit
package import WireProtocol

/// What may be done with agents, and how. It knows no HTTP.
package final class AgentCatalogue {
    private let loop: EventLoop
    private let database: PostgresClient
    private let models: any ModelCalls
    private let tools: ToolRules
    private let store = AgentStore()

    private static let usualSteps = 20

    package init(loop: EventLoop, database: PostgresClient, models: any ModelCalls, tools: any ToolDirectory) {
        self.tools = ToolRules(directory: tools)
        self.loop = loop
        self.database = database
        self.models = models
    }

    /// Throws a problem 422 that names every tool that an agent of the caller cannot be given, besides those that it has; never within a transaction.
    func demandUsable(_ names: [String], besides known: [String] = [], as identity: CallIdentity, from origin: CallOrigin) async throws {
        try await tools.demandUsable(names, besides: known, as: identity, from: origin)
    }

    /// Makes an agent of a person, within a transaction; its tools are known to be usable.
    func create(_ wanted: CreateAgent, of person: Principal.Person, in transaction: PostgresTransaction) async throws -> Agent {
        try demandConfigured(wanted.model)
        let now = Timestamp(microseconds: loop.wallClock)
        let agent = Agent(
            id: AgentID(loop.makeID()), ownerID: person.user, name: wanted.name, description: wanted.description,
            instructions: wanted.instructions,
            mode: wanted.mode, model: wanted.model, temperature: wanted.temperature, maxSteps: wanted.maxSteps ?? Self.usualSteps,
            tools: wanted.tools ?? [], sharing: wanted.sharing ?? .private, version: 1, createdAt: now, updatedAt: now)
        try await store.insert(agent, of: person, in: transaction)
        return agent
    }

    /// An agent that the person may see; a problem 404 when there is none.
    package func find(_ id: AgentID, for person: Principal.Person) async throws -> Agent {
        guard let agent = try await store.find(id, for: person, in: database.as(person)) else { throw Problem(.notFound) }
        return agent
    }

    /// A page of the agents that the person may see, newest first.
    func list(_ query: AgentQuery, for person: Principal.Person) async throws -> Page<Agent> {
        let limit = query.effectiveLimit
        let before = try query.cursor.map { try ListCursor.read($0, AgentID.init) }
        let agents = try await store.list(query, for: person, before: before, limit: limit + 1, in: database.as(person))
        return Page(agents, limit: limit) { $0.id.description }
    }

    /// Changes a person's agent, if it is still as the caller saw it; its new tools are known to be usable. A change that changes nothing makes no
    /// new version.
    func update(
        _ id: AgentID, _ patch: UpdateAgent, ifMatch precondition: EntityTagCondition, of person: Principal.Person
    ) async throws -> Agent {
        try await database.as(person).transaction { transaction in
            guard let old = try await store.lock(id, for: person, in: transaction) else { throw Problem(.notFound) }
            try person.demandOwnership(of: old.ownerID)
            guard precondition.holds(for: old.entityTag) else { throw Problem(.preconditionFailed) }
            var agent = old
            try agent.apply(patch)
            if agent == old { return old }
            if agent.model != old.model { try demandConfigured(agent.model) }
            agent.version += 1
            agent.updatedAt = Timestamp(microseconds: loop.wallClock)
            try await store.update(agent, of: person, in: transaction)
            return agent
        }
    }

    /// Deletes a person's agent; a problem 404 when there is none.
    func delete(_ id: AgentID, of person: Principal.Person) async throws {
        try person.demandOwnership(of: try await find(id, for: person).ownerID)
        let now = Timestamp(microseconds: loop.wallClock)
        guard try await store.delete(id, at: now, of: person, in: database.as(person)) else { throw Problem(.notFound) }
    }

    private func demandConfigured(_ model: ModelChoice?) throws {
        guard let model, models.resolve(model) == nil else { return }
        throw Problem(
            .validationFailed, errors: [FieldError(pointer: "/model/provider", detail: "names no provider that is configured here")])
    }
}

extension Agent {
    /// Its version in quotes.
    var entityTag: String { "\"\(version)\"" }

    fileprivate mutating func apply(_ patch: UpdateAgent) throws {
        name = patch.name ?? name
        description = patch.description.applied(to: description)
        instructions = patch.instructions ?? instructions
        mode = patch.mode ?? mode
        switch patch.model {
        case .absent: break
        case .null: model = nil
        case .value(let change):
            guard let provider = change.provider ?? model?.provider, let name = change.name ?? model?.name else {
                throw Problem(
                    .validationFailed, errors: [FieldError(pointer: "/model", detail: "needs both provider and name: there is none yet")])
            }
            model = ModelChoice(provider: provider, name: name)
        }
        temperature = patch.temperature.applied(to: temperature)
        maxSteps = patch.maxSteps ?? maxSteps
        tools = patch.tools ?? tools
        sharing = patch.sharing ?? sharing
    }
}
