internal import EventLoop
package import Journal
internal import WireProtocol

/// Carries out runs on one loop: each that the worker holds has a driver around its machine.
package final class RunEngine {
    package let worker: JournalWorker
    private let world: EngineWorld

    /// - Parameters:
    ///   - works: Whether this loop carries out runs, or only accepts them for others.
    ///   - capacity: How many runs it holds at most.
    package init(_ world: EngineWorld, works: Bool, capacity: Int = 1000) {
        self.world = world
        worker = JournalWorker(
            .run, in: world.journal, wake: world.wake, tail: world.tail, on: world.loop, log: world.log, metrics: world.metrics,
            works: works, capacity: capacity
        ) { held in
            let record = try await world.runs.record(of: held.claim)
            let rows = try await world.journal.rows(upTo: held.claim)
            let messages = try await world.history.messages(
                of: record.conversationID, in: record.person.organizationID, before: record.messageOrdinal + 1)
            return try Self.driver(held, record, messages, rows, used: try await world.runs.used(by: held.claim.runID), world)
        }
    }

    /// Takes a run in hand that was accepted for this worker.
    ///
    /// - Parameter ended: Called when the run has ended here.
    func accepted(_ record: RunRecord, _ acceptance: RunAcceptance, _ message: Message, ended: @escaping () -> Void) {
        let opening = acceptance.opening
        let claim = acceptance.claim(opening)
        let row = JournalRow(firstSequence: 1, lastSequence: claim.head, epoch: 1, payload: JournalRow.payload(of: opening))
        worker.accepted(claim, by: acceptance.holder, opening: opening) { [world] in
            let messages = try await world.history.messages(upTo: message, in: record.person.organizationID)
            let driver = try Self.driver($0, record, messages, [row], isNew: true, world)
            driver.ended = ended
            return driver
        }
    }

    private static func driver(
        _ held: HeldJournal, _ record: RunRecord, _ messages: [Message], _ rows: [JournalRow], used: ModelUsage? = nil,
        isNew: Bool = false, _ world: EngineWorld
    ) throws -> RunDriver {
        let setup = record.setup(model: world.models.resolve(record.agent.model), messages: messages)
        let machine = try RunMachine(setup, journal: AppendProtocol(held.claim), rows: rows, used: used, isNew: isNew)
        return RunDriver(held, record, messages.last, machine, world: world)
    }
}

extension RunRecord {
    /// What the run's machine begins with.
    fileprivate func setup(model: ModelChoice?, messages: [Message]) -> RunSetup {
        RunSetup(
            runID: runID, conversationID: conversationID, messageOrdinal: messageOrdinal, mode: agent.mode,
            instructions: agent.instructions, model: model, temperature: agent.temperature, maxSteps: agent.maxSteps,
            tools: agent.tools, canAsk: canAsk,
            messages: messages.map { ModelMessage($0.role == .assistant ? .assistant : .user, $0.content) }, expectsSession: expectsSession)
    }
}
