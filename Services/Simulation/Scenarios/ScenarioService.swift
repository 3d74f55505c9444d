package import EventLoop
internal import JSON
package import PostgresClient
package import ServiceKit
package import WireProtocol

/// What may be done with scenarios, and how. It knows no HTTP.
package final class ScenarioService {
    private let loop: EventLoop
    private let database: PostgresClient
    private let store = ScenarioStore()

    package init(loop: EventLoop, database: PostgresClient) {
        self.loop = loop
        self.database = database
    }

    /// Makes a scenario of a person, within a transaction.
    func create(_ wanted: CreateScenario, of person: Principal.Person, in transaction: PostgresTransaction) async throws -> Scenario {
        try demandValid(wanted.inputs)
        let now = Timestamp(microseconds: loop.wallClock)
        let scenario = Scenario(
            id: ScenarioID(loop.makeID()), ownerID: person.user, name: wanted.name, description: wanted.description,
            setting: wanted.setting, inputs: wanted.inputs ?? [:], sharing: wanted.sharing ?? .private, version: 1, createdAt: now,
            updatedAt: now)
        try await store.insert(scenario, of: person, in: transaction)
        return scenario
    }

    /// A scenario that the person may see; a problem 404 when there is none.
    package func find(_ id: ScenarioID, for person: Principal.Person) async throws -> Scenario {
        guard let scenario = try await store.find(id, for: person, in: database.as(person)) else { throw Problem(.notFound) }
        return scenario
    }

    /// A page of the scenarios that the person may see, newest first.
    func list(_ query: SharedThingsQuery, for person: Principal.Person) async throws -> Page<Scenario> {
        let limit = query.effectiveLimit
        let before = try query.cursor.map { try ListCursor.read($0, ScenarioID.init) }
        let scenarios = try await store.list(for: person, mine: query.mine, before: before, limit: limit + 1, in: database.as(person))
        return Page(scenarios, limit: limit) { $0.id.description }
    }

    /// Changes a scenario, if it is still as the caller saw it. A change that changes nothing makes no new version.
    func update(
        _ id: ScenarioID, _ patch: UpdateScenario, ifMatch precondition: EntityTagCondition, by person: Principal.Person
    ) async throws -> Scenario {
        try await database.as(person).transaction { transaction in
            let old = try await own(id, of: person, in: transaction)
            guard precondition.holds(for: old.entityTag) else { throw Problem(.preconditionFailed) }
            var scenario = old
            scenario.apply(patch)
            if scenario == old { return old }
            try demandValid(scenario.inputs)
            scenario.version += 1
            scenario.updatedAt = Timestamp(microseconds: loop.wallClock)
            try await store.update(scenario, in: transaction)
            return scenario
        }
    }

    /// Deletes a scenario; a problem 404 when there is none.
    func delete(_ id: ScenarioID, by person: Principal.Person) async throws {
        try await database.as(person).transaction { transaction in
            _ = try await own(id, of: person, in: transaction)
            try await store.delete(id, in: transaction)
        }
    }

    private func own(_ id: ScenarioID, of person: Principal.Person, in transaction: PostgresTransaction) async throws -> Scenario {
        guard let scenario = try await store.find(id, for: person, locked: true, in: transaction) else { throw Problem(.notFound) }
        try person.demandOwnership(of: scenario.ownerID)
        return scenario
    }

    private func demandValid(_ inputs: Inputs?) throws {
        let errors = InputRules.violations(of: inputs)
        guard errors.isEmpty else { throw Problem(.validationFailed, errors: errors) }
    }
}

extension Scenario {
    /// Its version in quotes.
    var entityTag: String { "\"\(version)\"" }

    fileprivate mutating func apply(_ patch: UpdateScenario) {
        name = patch.name ?? name
        description = patch.description.applied(to: description)
        setting = patch.setting ?? setting
        inputs = inputs.patched(by: patch.inputs)
        sharing = patch.sharing ?? sharing
    }
}
