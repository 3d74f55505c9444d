package import Journal
package import WireProtocol

extension CrewMachine {
    /// The events with which a simulation begins: that it has started, and what the machine would write next, as far as that changes nothing
    /// besides the journal. So the first turn is begun with the commit that begins the simulation.
    package static func opening(of simulation: SimulationID, _ plan: SimulationPlan, at now: Timestamp) throws -> [JournalEvent] {
        let started = JournalEvent(
            .started(
                SimulationStarted(simulationID: simulation, members: plan.members.map(\.name), tasks: plan.tasks.map(\.name), at: now)))
        let row = JournalRow(firstSequence: 1, lastSequence: 1, epoch: 1, payload: JournalRow.payload(of: [started]))
        var machine = try CrewMachine(plan, journal: AppendProtocol(epoch: 1, head: 1, shownLimit: 1), rows: [row])
        guard case .send(let append, nil)? = machine.handle(.begin, at: now).first else { return [started] }
        return [started] + append.events
    }
}
