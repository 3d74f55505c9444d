import AgentService
import Journal
import WireProtocol

/// ACT: the steps of model calls and tool calls.
extension ModelledWorld {
    func steps(ofCall place: Int, _ index: Int) throws -> [ModelledWorld] {
        switch workers[index].calls[place] {
        case .model:
            return try acting(place, index) {
                try $0.checkModelCall(index)
                $0.modelCalls += 1
                $0.workers[index].calls.append(.streamingModel(call: $0.modelCalls, piece: 0))
            }
        case .code(let call):
            return try acting(place, index) { $0.workers[index].calls.append(.checkedCode(call)) }
        case .checkedCode(let call):
            // Whatever happened since the lease was looked at, the call is out now.
            return [
                try next(place, index) {
                    try $0.execute(call.effectKey, of: "code.started")
                    $0.workers[index].calls.append(.streamingCode(piece: 0))
                }
            ]
        case .streamingModel(let call, let piece): return try streamModel(place, index, call: call, piece: piece)
        case .streamingCode(let piece): return try streamCode(place, index, piece: piece)
        case .use(let use):
            return try acting(place, index) { $0.workers[index].calls.append(.checkedUse(use)) }
        case .checkedUse(let use):
            if scenario == .approval, decision != .approved {
                return [try next(place, index) { try $0.handle(.approvalNeeded(until: .sample), at: index) }]
            }
            return [
                try next(place, index) {
                    try $0.execute(use.effectKey, of: "tool.started")
                    $0.workers[index].calls.append(.answering(use))
                }
            ]
        case .answering(let use): return try answer(place, index, use)
        case .awaiting: return try awaitApproval(place, index)
        case .waiting: return [try next(place, index) { try $0.handle(.waited, at: index) }]
        case .flushing: return [try next(place, index) { try $0.handle(.flush, at: index) }]
        }
    }

    private func next(_ place: Int, _ index: Int, _ change: (inout ModelledWorld) throws -> Void) rethrows -> ModelledWorld {
        var world = self
        world.workers[index].calls.remove(at: place)
        try change(&world)
        return world
    }

    /// Looks at the lease first; one that was in doubt asks the database who holds the run.
    private func acting(_ place: Int, _ index: Int, _ act: (inout ModelledWorld) throws -> Void) throws -> [ModelledWorld] {
        let worker = workers[index]
        guard worker.isFresh, let epoch = worker.machine?.journal.epoch else { return [] }
        if worker.isConfirmed { return [try next(place, index, act)] }
        var world = self
        world.workers[index].isConfirmed = true
        if journal.isEnded || journal.epoch != epoch { try world.handle(.journal(.fenced), at: index) }
        return [world]
    }

    /// Promise 2: what is committed is not paid again, and only the holder pays.
    private func checkModelCall(_ index: Int) throws {
        guard workers[index].machine?.journal.epoch == journal.epoch, case .calling = journal.state.phase else {
            throw BrokenPromise(description: "a model call that is not open in the journal was made")
        }
    }

    /// Promise 3: an effect belongs to an intent of the journal, and its key makes it happen once.
    private mutating func execute(_ effectKey: String, of type: String) throws {
        let intents = journal.events.filter { $0.type == type }
        guard intents.contains(where: { effectKey == "\(Scenario.runID)/\($0.sequence)" }) else {
            throw BrokenPromise(description: "\(effectKey) is in no journal")
        }
        if effects[effectKey] == nil { effects[effectKey] = 1 }
    }

    /// One transaction: who holds the run, what was decided, and letting go of it when nothing was.
    private func awaitApproval(_ place: Int, _ index: Int) throws -> [ModelledWorld] {
        let worker = workers[index]
        guard journal.isHeld(by: worker.id), worker.machine?.journal.epoch == journal.epoch, !journal.isEnded else {
            return [try next(place, index) { try $0.handle(.journal(.fenced), at: index) }]
        }
        if journal.isCancelRequested { return [try next(place, index) { try $0.handle(.cancel, at: index) }] }
        if let decision { return [try next(place, index) { try $0.handle(.approvalDecided(decision, reason: nil), at: index) }] }
        let parked = try next(place, index) {
            $0.journal.park()
            try $0.handle(.parked, at: index)
        }
        guard faults > 0 else { return [parked] }
        // The answer is lost: it is asked again.
        var unsure = self
        unsure.journal.park()
        unsure.faults -= 1
        return [parked, unsure]
    }

    private func answer(_ place: Int, _ index: Int, _ use: ToolUse) throws -> [ModelledWorld] {
        let answered = try next(place, index) { try $0.handle(.toolAnswered(Scenario.answer(to: use)), at: index) }
        guard faults > 0 else { return [answered] }
        var broken = try next(place, index) { try $0.handle(.toolFailed(.unavailable("broken off")), at: index) }
        broken.faults -= 1
        return [answered, broken]
    }

    private func streamModel(_ place: Int, _ index: Int, call: Int, piece: Int) throws -> [ModelledWorld] {
        guard let machine = workers[index].machine, !machine.isHoldingBack else { return [] }
        let pieces = scenario.reply(step: machine.state.steps, call: call)
        let isWhole = piece >= pieces.count || machine.modelDemand == .enough
        let advanced = try next(place, index) {
            if isWhole {
                try $0.handle(.modelEnded(scenario.outcome(step: machine.state.steps), Scenario.stamp), at: index)
            } else {
                $0.workers[index].calls.append(.streamingModel(call: call, piece: piece + 1))
                try $0.handle(.modelText(pieces[piece]), at: index)
            }
        }
        guard faults > 0 else { return [advanced] }
        var broken = try next(place, index) { try $0.handle(.modelFailed(.unavailable("broken off", retryAfter: nil)), at: index) }
        broken.faults -= 1
        return [advanced, broken]
    }

    private func streamCode(_ place: Int, _ index: Int, piece: Int) throws -> [ModelledWorld] {
        let advanced = try next(place, index) {
            if piece < Scenario.toolOutput.count {
                $0.workers[index].calls.append(.streamingCode(piece: piece + 1))
                try $0.handle(.codeEvent(.output(CodeOutput(stream: .stdout, text: Scenario.toolOutput[piece]))), at: index)
            } else {
                let completed = CodeCompleted(exitCode: 0, outcome: .exited, durationMs: 1)
                try $0.handle(.codeEvent(.completed(completed)), at: index)
            }
        }
        guard faults > 0 else { return [advanced] }
        var broken = try next(place, index) { try $0.handle(.toolFailed(.unavailable("broken off")), at: index) }
        broken.faults -= 1
        return [advanced, broken]
    }
}
