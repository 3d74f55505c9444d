package import EventLoop
package import Journal
package import PostgresClient
package import Telemetry
internal import WireProtocol

/// All that the drivers of simulations need of the world.
package final class SimulationWorld {
    package let loop: EventLoop
    package let journal: PostgresJournal
    package let members: any MemberCalls
    package let log: Logger
    let turns: Counter
    let ended: MetricFamily<Counter>
    let inputs: InputReader
    private let database: PostgresClient
    private let store = SimulationStore()

    package init(
        loop: EventLoop, database: PostgresClient, journal: PostgresJournal, members: any MemberCalls, log: Logger, metrics: MetricsRegistry
    ) {
        self.loop = loop
        self.database = database
        self.journal = journal
        self.members = members
        self.log = log
        inputs = InputReader(on: loop, log: log) { [store] after, limit in
            try await store.inputs(after: after, limit: limit, in: database.acrossTenants())
        }
        turns = metrics.counter("troupe_simulation_turns_total", help: "Turns in which a member spoke.")
        ended = metrics.counters("troupe_simulations_total", help: "Simulations that have ended.", labels: ["status"])
    }

    /// Makes the driver of a simulation that was claimed.
    package func driver(_ held: HeldJournal) async throws -> any JournalDriver {
        let claim = held.claim
        let record = try await store.record(
            of: SimulationID(claim.id.uuid), in: claim.organizationID, database.as(claim.organizationID))
        var state = SimulationState(record.plan)
        try await journal.replay(upTo: claim) { try state.apply(SimulationEvent(stored: $0.data), at: $0.sequence) }
        return SimulationDriver(held, record, CrewMachine(state, journal: AppendProtocol(claim)), world: self)
    }

    /// The same for one that was begun just now, of which everything is known.
    func driver(_ held: HeldJournal, of record: SimulationRecord, opening: [JournalEvent]) throws -> any JournalDriver {
        let row = JournalRow(firstSequence: 1, lastSequence: opening.count, epoch: 1, payload: JournalRow.payload(of: opening))
        return SimulationDriver(
            held, record, try CrewMachine(record.plan, journal: AppendProtocol(held.claim), rows: [row]), world: self)
    }

    /// What is known of a simulation by now: its owner may go on in another session.
    func latest(_ simulation: SimulationRecord) async throws(TurnFailure) -> SimulationRecord {
        let organization = simulation.person.organizationID
        do { return try await store.record(of: simulation.id, in: organization, database.as(organization)) } catch {
            throw .passing(Problem(.unavailable, detail: "The database cannot be reached."))
        }
    }

    /// Gives up a simulation of which everything that people left up to a place was heard. False: there is more.
    func rest(_ simulation: SimulationRecord, epoch: Int, head: Int, heard: Int) async throws(JournalError) -> Bool {
        try await journal.rest(
            simulation.id.journalID, epoch: epoch, head: head, when: store.nothingLeft(in: simulation.id, after: heard))
    }

    func append(_ append: JournalAppend, with change: RowChange?, to simulation: SimulationRecord) async throws(JournalError) -> Bool {
        // What changes nothing besides the journal shares a statement with what others append.
        guard let change else { return try await journal.append(append, to: simulation.id.journalID) }
        let effects: PostgresQuery
        do { effects = try store.effects(change, of: simulation.id) } catch { throw .refused("\(error)") }
        return try await journal.append(append, to: simulation.id.journalID, with: effects)
    }
}
