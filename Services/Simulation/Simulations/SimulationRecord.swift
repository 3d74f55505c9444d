internal import JSON
package import Journal
package import WireProtocol

extension JournalKind {
    /// The journals of simulations.
    package static let simulation = JournalKind(
        schema: "simulation", name: "simulation", version: 2,
        finalTypes: Set(SimulationEvent.Tag.known.filter(\.isFinal).map(\.rawValue)))
}

extension TypeID where Tag == SimulationIDTag {
    /// The id of its journal.
    package var journalID: JournalID { JournalID(uuid) }
}

/// What a simulation was accepted with; it never changes.
package struct SimulationRecord: Sendable, Hashable {
    package var id: SimulationID
    package var plan: SimulationPlan
    /// For whom the members' agents act.
    package var person: DelegationSubject
    /// The id and the trace of the request that began it; they go through everything that it does.
    package var requestID: String
    package var traceParent: String

    package init(id: SimulationID, plan: SimulationPlan, person: DelegationSubject, requestID: String, traceParent: String) {
        self.id = id
        self.plan = plan
        self.person = person
        self.requestID = requestID
        self.traceParent = traceParent
    }
}

/// The event loop has a type of this name too, which is another matter.
typealias Simulation = WireProtocol.Simulation
