import EventLoop
import Journal
import SimulationService
import WireProtocol

/// How fast the machine of a crew is by itself: every append is acknowledged and every member answers at once.
enum MachineMeasurement {
    private static let rounds = 2000

    struct Stuck: Error {}

    static func turnsPerSecond(_ loop: EventLoop) throws -> Double {
        let members = (0..<CrewCaller.members).map { CrewMember(name: "member\($0)", agentID: .sample, role: "Expert", goal: "Speed") }
        let tasks = (0..<CrewCaller.tasks).map {
            CrewTask(name: "task\($0)", description: "Do it", expectedOutput: "It", member: "member\($0 % CrewCaller.members)")
        }
        let plan = SimulationPlan(
            scenario: "Measured", setting: "A race.", members: members, tasks: tasks, process: .sequential, maxRevisions: 2, seed: 1)
        let start = loop.preciseNow
        for _ in 0..<rounds { try rehearse(plan) }
        return Double(rounds * CrewCaller.tasks) / (loop.preciseNow - start).seconds
    }

    private static func rehearse(_ plan: SimulationPlan) throws {
        let now = Timestamp(seconds: 1_800_000_000)
        let opening = JournalEvent(
            .started(SimulationStarted(simulationID: .sample, members: plan.members.map(\.name), tasks: plan.tasks.map(\.name), at: now)))
        let row = JournalRow(firstSequence: 1, lastSequence: 1, epoch: 1, payload: JournalRow.payload(of: [opening]))
        var machine = try CrewMachine(plan, journal: AppendProtocol(epoch: 1, head: 1, shownLimit: 1), rows: [row])
        var actions = machine.handle(.begin, at: now)[...]
        while let action = actions.popFirst() {
            switch action {
            case .send: actions += machine.handle(.journal(.written), at: now)
            case .speak(let turn, _, _):
                actions += machine.handle(
                    .spoke(turn: turn.number, Spoken(content: "It is done.", conversationID: .sample, runID: .sample)), at: now)
            default: break
            }
        }
        guard machine.state.status == .waiting else { throw Stuck() }
    }
}
