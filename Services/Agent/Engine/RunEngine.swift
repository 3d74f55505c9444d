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
            let machine = try RunMachine(
                record.setup(messages, world), journal: AppendProtocol(held.claim), rows: rows,
                used: try await world.runs.used(by: held.claim.runID))
            return RunDriver(held, record, messages.last, machine, world: world)
        }
    }

    /// Takes a run in hand that was accepted for this worker.
    ///
    /// - Parameter ended: Called when the run has ended here.
    func accepted(_ record: RunRecord, _ acceptance: RunAcceptance, _ message: Message, ended: @escaping () -> Void) {
        worker.accepted(acceptance.claim, by: acceptance.holder, opening: acceptance.events) { [world] in
            let messages = try await world.history.messages(upTo: message, in: record.person.organizationID)
            let machine = try RunMachine(
                record.setup(messages, world), journal: AppendProtocol($0.claim), opening: acceptance.opening)
            let driver = RunDriver($0, record, message, machine, world: world)
            driver.ended = ended
            return driver
        }
    }
}

extension RunRecord {
    /// What the run's machine begins with.
    fileprivate func setup(_ messages: [Message], _ world: EngineWorld) -> RunSetup {
        RunSetup(
            runID: runID, conversationID: conversationID, messageOrdinal: messageOrdinal, mode: agent.mode,
            instructions: agent.instructions, model: world.models.resolve(agent.model), temperature: agent.temperature,
            maxSteps: agent.maxSteps,
            tools: agent.tools, canAsk: canAsk,
            messages: messages.map { ModelMessage($0.role == .assistant ? .assistant : .user, $0.content) }, expectsSession: expectsSession)
    }
}
