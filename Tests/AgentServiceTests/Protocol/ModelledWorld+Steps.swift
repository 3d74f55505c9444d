import AgentService
import Journal
import WireProtocol

/// Every step that may come next, each as the world after it.
extension ModelledWorld {
    func successors() throws -> [ModelledWorld] {
        var worlds: [ModelledWorld] = []
        for index in workers.indices {
            worlds += try workers[index].isUp ? steps(of: index) : [restarted(index)]
        }
        worlds += decisions()
        for (place, append) in late.enumerated() {
            var world = self
            world.late.remove(at: place)
            _ = try world.journal.append(append)
            worlds.append(world)
        }
        return worlds
    }

    /// The person answers, once they are asked.
    private func decisions() -> [ModelledWorld] {
        guard decision == nil, !journal.isEnded, case .usingTools(let round) = journal.state.phase, round.open?.consent == .awaited else {
            return []
        }
        return [ApprovalDecision.approved, .rejected].map { word in
            changed {
                $0.decision = word
                $0.journal.wake()
            }
        }
    }

    private func changed(_ change: (inout ModelledWorld) throws -> Void) rethrows -> ModelledWorld {
        var world = self
        try change(&world)
        return world
    }

    private func failing(_ change: (inout ModelledWorld) throws -> Void) rethrows -> [ModelledWorld] {
        guard faults > 0 else { return [] }
        return [
            try changed {
                $0.faults -= 1
                try change(&$0)
            }
        ]
    }

    private func steps(of index: Int) throws -> [ModelledWorld] {
        let worker = workers[index]
        var worlds = lifeSteps(of: index)
        if worker.machine == nil {
            worlds += try takeSteps(of: index)
        } else {
            if let operation = worker.operations.first { worlds += try steps(of: operation, index) }
            for place in worker.calls.indices { worlds += try steps(ofCall: place, index) }
            if journal.isCancelRequested, !worker.hasBeenToldToCancel {
                worlds.append(
                    try changed {
                        $0.workers[index].hasBeenToldToCancel = true
                        try $0.handle(.cancel, at: index)
                    })
            }
        }
        return worlds
    }

    // MARK: Leases, crashes, pauses

    private func lifeSteps(of index: Int) -> [ModelledWorld] {
        let id = workers[index].id
        var worlds: [ModelledWorld] = []
        if !workers[index].isFresh || !journal.hasLease(id) {
            // BEAT is acknowledged.
            worlds.append(
                changed {
                    $0.workers[index].isFresh = true
                    $0.journal.enlist(id)
                })
        }
        // What befalls a worker that holds nothing changes nothing.
        guard !journal.isEnded, workers[index].machine != nil || journal.isHeld(by: id) else { return worlds }
        if workers[index].isFresh {
            // A pause longer than the lease: whatever comes next comes after it.
            worlds += failing {
                $0.workers[index].isFresh = false
                $0.workers[index].isConfirmed = false
                $0.journal.lapse(id)
            }
        }
        let sending: [JournalAppend] = workers[index].operations.compactMap { if case .send(let append) = $0 { append } else { nil } }
        worlds += failing { $0.crash(index, leaving: []) }
        if !sending.isEmpty { worlds += failing { $0.crash(index, leaving: sending) } }
        return worlds
    }

    private mutating func crash(_ index: Int, leaving appends: [JournalAppend]) {
        late += appends
        journal.lapse(workers[index].id)
        workers[index].drop()
        workers[index].isUp = false
    }

    private func restarted(_ index: Int) -> ModelledWorld {
        changed {
            $0.workers[index] = ModelledWorker(id: $0.nextID)
            $0.journal.enlist($0.nextID)
            $0.nextID += 1
        }
    }

    // MARK: CLAIM and RECONCILE

    private func takeSteps(of index: Int) throws -> [ModelledWorld] {
        let worker = workers[index]
        guard !journal.isEnded, worker.isFresh else { return [] }
        if journal.isHeld(by: worker.id) { return [try changed { try $0.take(index) }] }
        // The workers are alike: the first claim may as well be the first one's.
        guard journal.hasLease(worker.id), index == 0 || journal.epoch > 1, let journal = journal.claimed(by: worker.id) else { return [] }
        let claimed = changed { $0.journal = journal }
        let taken = try claimed.changed { try $0.take(index) }
        // The acknowledgement of the claim may be lost.
        return [taken] + claimed.failing { _ in }
    }

    private mutating func take(_ index: Int) throws {
        workers[index].machine = try RunMachine(scenario.setup, journal: AppendProtocol(journal.claim), rows: journal.rows, block: 2)
        workers[index].isConfirmed = true
        try handle(.begin, at: index)
    }

    /// The first worker has accepted the run, with the beginning of the first call, and goes on with it.
    mutating func acceptByFirst() throws {
        journal = journal.claimed(by: workers[0].id) ?? journal
        var opening = AppendProtocol(journal.claim)
        let call = ModelStarted(step: 1, model: ModelChoice(provider: "scripted", name: "scripted"))
        _ = try journal.append(opening.begin([JournalEvent(.modelStarted(call))], reserve: 2))
        workers[0].machine = try RunMachine(
            scenario.setup, journal: AppendProtocol(journal.claim),
            opening: [RunEvent(stored: Scenario.opening.data), .modelStarted(call)], block: 2)
        try handle(.begin, at: 0)
    }

    // MARK: APPEND

    private func steps(of operation: ModelledWorker.Operation, _ index: Int) throws -> [ModelledWorld] {
        func next(_ change: (inout ModelledWorld) throws -> Void) rethrows -> ModelledWorld {
            try changed {
                $0.workers[index].operations.removeFirst()
                try change(&$0)
            }
        }
        switch operation {
        case .send(let append):
            let lost = try failing {
                $0.workers[index].operations.removeFirst()
                try $0.handle(.journal(.acknowledgementLost), at: index)
            }
            let late = try failing {
                $0.workers[index].operations.removeFirst()
                $0.late.append(append)
                try $0.handle(.journal(.acknowledgementLost), at: index)
            }
            let sent = try next {
                let written = try $0.journal.append(append)
                $0.workers[index].operations.insert(.acknowledge(written: written), at: 0)
            }
            return [sent] + lost + late
        case .acknowledge(let written):
            let lost = try failing {
                $0.workers[index].operations.removeFirst()
                try $0.handle(.journal(.acknowledgementLost), at: index)
            }
            return [try next { try $0.handle(.journal(written ? .written : .notWritten), at: index) }] + lost
        case .readPosition(let append):
            return [next { $0.workers[index].operations.insert(.deliver($0.journal.position(after: append)), at: 0) }]
        case .deliver(let position):
            return [try next { try $0.handle(.journal(.position(position)), at: index) }]
        }
    }
}
