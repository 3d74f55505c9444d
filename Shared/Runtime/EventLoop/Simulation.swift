/// Several loops in one thread, in virtual time, in an order that a seed decides: a whole distributed system as one reproducible run.
package final class Simulation {
    /// The time and the streams that the loops share.
    package let network: SimulatedNetwork
    private var loops: [EventLoop] = []
    private var random: RandomSource

    package init(seed: UInt64) {
        network = SimulatedNetwork()
        random = .seeded(seed)
    }

    /// Adds a loop; its random numbers follow from the seed too, and its blocking calls are done at once.
    package func makeLoop() -> EventLoop {
        let loop = EventLoop(
            executor: LoopExecutor(), reactor: SimulatedReactor(network), random: .seeded(random.next()), blockingPool: .inline)
        loops.append(loop)
        return loop
    }

    /// Starts a task on a loop of the simulation.
    @discardableResult
    package func start<T>(on loop: EventLoop, _ body: @escaping () async throws -> T) -> LoopTask<T> {
        loop.executor.withCurrentThread { loop.spawn(body) }
    }

    /// Lets a loop stop for ever at this point, as a killed process does: its streams break, its tasks are never resumed.
    package func kill(_ loop: EventLoop) { loops.removeAll { $0 === loop } }

    /// Runs until `isDone`, or until nothing is left to happen. Returns whether it is done; the limit of virtual time bounds it.
    @discardableResult
    package func run(for limit: Duration = .seconds(3600), until isDone: () -> Bool) -> Bool {
        let end = network.now + limit
        while !isDone() {
            let busy = loops.filter(\.hasWorkNow)
            if let loop = busy.randomElement(using: &random) {
                loop.runOneTurn()
                continue
            }
            guard let next = loops.compactMap(\.nextDeadline).min(), next <= end else { return isDone() }
            network.advance(to: next)
        }
        return true
    }
}

extension EventLoop {
    fileprivate var hasWorkNow: Bool {
        executor.hasJobs || (reactor as? SimulatedReactor)?.hasWork == true || nextDeadline.map { $0 <= reactor.monotonicNow } == true
    }

    fileprivate func runOneTurn() {
        executor.withCurrentThread {
            executor.runJobs(on: self, passes: 1)
            poll(mayWait: false)
        }
    }
}
