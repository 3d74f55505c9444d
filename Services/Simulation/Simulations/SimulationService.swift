internal import EventLoop
package import Journal
package import PostgresClient
internal import JSON
internal import ServiceClients
internal import ServiceKit
internal import Telemetry
internal import WireProtocol

/// What may be done with simulations, and how. It knows no HTTP.
package final class SimulationService {
    /// A simulation that is ready to be begun.
    struct Draft {
        let simulation: Simulation
        let record: SimulationRecord
        /// The first events of its journal.
        let opening: [JournalEvent]
        let holder: WorkerID?
    }

    private let world: SimulationWorld
    private let worker: JournalWorker
    private let wake: any Wake
    private let database: PostgresClient
    private let scenarios: ScenarioService
    private let crews: CrewService
    private let directory: AgentDirectory
    private let limit: Int
    private let store = SimulationStore()

    /// - Parameter limit: How many simulations that have not ended a person may have.
    package init(
        _ world: SimulationWorld, worker: JournalWorker, wake: any Wake, database: PostgresClient, scenarios: ScenarioService,
        crews: CrewService, directory: AgentDirectory, limit: Int
    ) {
        self.world = world
        self.worker = worker
        self.wake = wake
        self.database = database
        self.scenarios = scenarios
        self.crews = crews
        self.directory = directory
        self.limit = limit
    }

    // MARK: Beginning

    /// A simulation as a person wants it, checked and not yet begun. Afterwards it is to be told what became of it: `begun` or `notBegun`.
    func draft(
        _ wanted: CreateSimulation, of person: Principal.Person, scopes: Set<String>, token: String, from origin: CallOrigin
    ) async throws -> Draft {
        guard scopes.contains(Permission.conversationsWrite.rawValue) else {
            throw Problem(.permissionDenied, detail: "\(Permission.conversationsWrite.rawValue) is needed: members speak in conversations")
        }
        let plan = try await plan(wanted, for: person, token: token, from: origin)
        let now = Timestamp(microseconds: world.loop.wallClock)
        let id = SimulationID(world.loop.makeID())
        let opening = try CrewMachine.opening(of: id, plan, at: now)
        let simulation = Simulation(
            id: id, ownerID: person.user, scenarioID: wanted.scenarioID, crewID: wanted.crewID,
            agentIDs: plan.members.map(\.agentID), seed: plan.seed, title: wanted.title, sharing: wanted.sharing ?? .private,
            status: .running, lastEvent: opening.count, version: 1, createdAt: now)
        let record = SimulationRecord(
            id: simulation.id, plan: plan,
            person: DelegationSubject(
                userID: person.user, organizationID: person.organization, sessionID: person.session, scopes: scopes.sorted()),
            requestID: origin.requestID, traceParent: origin.trace.traceparent)
        return Draft(simulation: simulation, record: record, opening: opening, holder: worker.beginArrival(of: simulation.id.journalID))
    }

    private func plan(
        _ wanted: CreateSimulation, for person: Principal.Person, token: String, from origin: CallOrigin
    ) async throws -> SimulationPlan {
        let scenario: Scenario
        do { scenario = try await scenarios.find(wanted.scenarioID, for: person) } catch let problem as Problem
            where problem.code == .notFound
        {
            throw Self.wrong("/scenario_id", "names no scenario that you may see")
        }
        let seed = wanted.seed ?? Int(world.loop.random.next() >> 11)
        switch (wanted.crewID, wanted.agentIDs) {
        case (let id?, nil):
            let crew: Crew
            do { crew = try await crews.find(id, for: person) } catch let problem as Problem where problem.code == .notFound {
                throw Self.wrong("/crew_id", "names no crew that you may see")
            }
            let plan = try PlanMaker.plan(scenario, with: crew, seed: seed)
            let agents = try await directory.find(Set(crew.members.map(\.agentID)), token: token, from: origin)
            let missing = crew.members.filter { agents[$0.agentID] == nil }.map { "\($0.name) (\($0.agentID))" }.joined(separator: ", ")
            guard missing.isEmpty else {
                throw Problem(
                    .conflict,
                    detail: crew.ownerID == person.user
                        ? "The agents of these members were deleted: \(missing)"
                        : "The crew is shared with you, but the agents of these members are not: \(missing). Their owner can share them, or you make a crew like it with your own."
                )
            }
            let missingTools = try await crews.missingTools(of: crew.members, token: token, from: origin)
            guard missingTools.isEmpty else {
                let errors = crew.members.flatMap { member in
                    (member.tools ?? []).filter(missingTools.contains).map {
                        FieldError(
                            pointer: "/crew_id", detail: "\(member.name) is to use the tool \($0), which you may not use, or which is gone")
                    }
                }
                throw Problem(.validationFailed, errors: errors)
            }
            return plan
        case (nil, let ids?):
            let agents = try await directory.find(Set(ids), token: token, from: origin)
            var errors = ids.indices.filter { agents[ids[$0]] == nil }.map {
                FieldError(pointer: "/agent_ids/\($0)", detail: "names no agent that you may use")
            }
            errors += ids.indices.filter { ids[..<$0].contains(ids[$0]) }.map {
                FieldError(pointer: "/agent_ids/\($0)", detail: "was named before")
            }
            guard errors.isEmpty else { throw Problem(.validationFailed, errors: errors) }
            return try PlanMaker.plan(scenario, with: ids.compactMap { agents[$0] }, seed: seed)
        case (nil, nil), (_?, _?): throw Self.wrong("/crew_id", "either crew_id or agent_ids is needed, and not both")
        }
    }

    private static func wrong(_ pointer: String, _ detail: String) -> Problem {
        Problem(.validationFailed, errors: [FieldError(pointer: pointer, detail: detail)])
    }

    /// The statement that stores a draft, which returns no row when the person has as many as may be, and what begins its journal.
    func insertion(of draft: Draft) throws -> (effect: PostgresQuery, opening: PostgresQuery) {
        let opening = world.journal.opening(
            draft.record.id.journalID, in: draft.record.person.organizationID, with: draft.opening, holder: draft.holder)
        return (try store.insertion(of: draft.simulation, draft.record, limit: limit), opening)
    }

    /// The person has as many simulations as may be.
    var tooMany: Problem {
        Problem(
            .quotaExceeded,
            detail: "You have \(limit) simulations that have not ended, and no more may be (SIMULATIONS_PER_PERSON): "
                + "complete or cancel one of them first.")
    }

    /// A draft was committed.
    func begun(_ draft: Draft) {
        let claim = JournalClaim(
            id: draft.record.id.journalID, organizationID: draft.record.person.organizationID, head: draft.opening.count,
            shownLimit: draft.opening.count)
        worker.accepted(claim, by: draft.holder, opening: draft.opening) { [world] held in
            try world.driver(held, of: draft.record, opening: draft.opening)
        }
    }

    /// A draft was not committed, or that is not known.
    func notBegun(_ draft: Draft) { worker.notAccepted(draft.record.id.journalID) }

    // MARK: Reading and changing

    /// A simulation that the person may see; a problem 404 when there is none.
    func find(_ id: SimulationID, for person: Principal.Person) async throws -> Simulation {
        guard let simulation = try await store.find(id, for: person, in: database.as(person)) else { throw Problem(.notFound) }
        return simulation
    }

    /// A page of the simulations that the person may see, newest first.
    func list(_ query: SimulationQuery, for person: Principal.Person) async throws -> Page<Simulation> {
        let limit = query.effectiveLimit
        let before = try query.cursor.map { try ListCursor.read($0, SimulationID.init) }
        let simulations = try await store.list(query, for: person, before: before, limit: limit + 1, in: database.as(person))
        return Page(simulations, limit: limit) { $0.id.description }
    }

    /// Changes title and sharing, if they are still as the caller saw them.
    func update(
        _ id: SimulationID, _ patch: UpdateSimulation, ifMatch precondition: EntityTagCondition, by person: Principal.Person
    ) async throws -> Simulation {
        try await database.as(person).transaction { transaction in
            let old = try await own(id, of: person, in: transaction)
            guard precondition.holds(for: old.entityTag) else { throw Problem(.preconditionFailed) }
            var simulation = old
            simulation.apply(patch)
            if simulation == old { return old }
            simulation.version += 1
            try await store.update(simulation, in: transaction)
            return simulation
        }
    }

    /// Removes a simulation with its journal; a problem 409 before it has ended.
    func delete(_ id: SimulationID, by person: Principal.Person) async throws {
        try await database.as(person).transaction { transaction in
            let simulation = try await own(id, of: person, in: transaction)
            guard simulation.status.isFinal else { throw Problem(.conflict, detail: "It goes on: complete or cancel it first.") }
            try await store.delete(id, in: transaction)
        }
    }

    private func own(_ id: SimulationID, of person: Principal.Person, in transaction: PostgresTransaction) async throws -> Simulation {
        guard let simulation = try await store.lock(id, for: person, in: transaction) else { throw Problem(.notFound) }
        try person.demandOwnership(of: simulation.ownerID)
        return simulation
    }

    // MARK: Taking part

    /// Keeps what a person says, within a transaction. Who may see the simulation may speak in it.
    func say(
        _ content: String, in id: SimulationID, as person: Principal.Person, in transaction: PostgresTransaction
    ) async throws -> ChatReceipt {
        let place = try await add(.say, content, to: id, by: person, in: transaction)
        return ChatReceipt(simulationID: id, ordinal: place.ordinal, after: place.head)
    }

    /// Something was kept: whoever holds the simulation is to look.
    func said(in id: SimulationID) { wake.send(.input(id.journalID)) }

    /// Keeps that a person wants it paused or resumed, within a transaction.
    func ask(
        _ kind: PersonInput.Kind, of id: SimulationID, as person: Principal.Person, in transaction: PostgresTransaction
    ) async throws -> Simulation {
        guard let simulation = try await store.find(id, for: person, in: transaction) else { throw Problem(.notFound) }
        try person.demandOwnership(of: simulation.ownerID)
        _ = try await add(kind, "", to: id, by: person, in: transaction)
        return simulation
    }

    /// Asks for the end with a summary, unless that was done before.
    func complete(_ id: SimulationID, as person: Principal.Person) async throws -> Simulation {
        let simulation = try await find(id, for: person)
        try person.demandOwnership(of: simulation.ownerID)
        switch simulation.status {
        case .completed: return simulation
        case .failed, .cancelled: throw Problem(.conflict, detail: "The simulation has ended as \(simulation.status.rawValue).")
        case .running, .awaitingApproval, .waiting, .paused, .unknown: break
        }
        // Nothing is added when somebody else has just asked for the same.
        do { _ = try await add(.complete, "", to: id, by: person, in: database.as(person)) } catch let problem as Problem
            where problem.code == .conflict
        {}
        said(in: id)
        return simulation
    }

    /// Asks for the end at once; one that has ended stays as it is.
    func cancel(_ id: SimulationID, as person: Principal.Person) async throws -> Simulation {
        let simulation = try await find(id, for: person)
        try person.demandOwnership(of: simulation.ownerID)
        if simulation.status.isFinal { return simulation }
        do { _ = try await world.journal.requestCancellation(of: id.journalID, in: person.organization) } catch {
            throw Problem(.unavailable, detail: "The database cannot be reached.")
        }
        worker.cancel(id.journalID)
        wake.send(.cancelRequested(id.journalID))
        return simulation
    }

    /// Keeps what a person leaves. Throws a problem when it is not taken.
    private func add(
        _ kind: PersonInput.Kind, _ content: String, to id: SimulationID, by person: Principal.Person, in database: some PostgresQueryable
    ) async throws -> (ordinal: Int, head: Int) {
        let now = Timestamp(microseconds: world.loop.wallClock)
        switch try await store.add(kind, content, to: id, by: person, at: now, in: database) {
        case .kept(let ordinal, let head): return (ordinal, head)
        case .full:
            throw Problem(
                .quotaExceeded,
                detail: "People have said as much in this simulation as may be (\(SimulationStore.mostInputs) times, or "
                    + "\(SimulationStore.largestInputs >> 20) MiB): complete it, and begin another one.")
        case .ended: throw Problem(.conflict, detail: "The simulation has ended.")
        case .none: throw Problem(.notFound)
        }
    }
}

extension Simulation {
    /// Its version in quotes: of what can be changed. Whoever titles a simulation that goes on does not care what has happened in it meanwhile.
    var entityTag: String { "\"\(version)\"" }

    fileprivate mutating func apply(_ patch: UpdateSimulation) {
        title = patch.title.applied(to: title)
        sharing = patch.sharing ?? sharing
    }
}
