package import EventLoop
internal import Synchronization

/// Knows the registries of all loops of the process, and adds them up for whoever asks.
package final class MetricsCollector: Sendable {
    private struct Member: Sendable {
        let executor: LoopExecutor
        let registry: RegistryReference
    }

    private let members = Mutex<[Member]>([])

    /// A collector that knows no registry yet.
    package init() {}

    /// Adds a registry that is used on this loop.
    package func add(_ registry: MetricsRegistry, on loop: EventLoop) {
        let member = Member(executor: loop.executor, registry: RegistryReference(registry))
        members.withLock { $0.append(member) }
    }

    /// What all loops have counted; a loop that does not answer in time is left out.
    package func snapshot(on loop: EventLoop, timeout: Duration = .seconds(1)) async throws -> MetricsSnapshot {
        let members = members.withLock { $0 }
        return try await loop.suspend { (resumption: Resumption<MetricsSnapshot>) in
            let gathering = Gathering(missing: members.count, resumption: resumption, executor: loop.executor)
            gathering.finishIfComplete()
            for member in members {
                member.executor.submit { _ in gathering.send(member.registry.value.snapshot()) }
            }
            let timer = loop.schedule(after: timeout) { gathering.finish() }
            resumption.onFinish = { loop.cancel(timer) }
        }
    }
}

/// The sum so far. `@unchecked Sendable`: all but `send` is called on the asking loop only.
private final class Gathering: @unchecked Sendable {
    private var missing: Int
    private var sum = MetricsSnapshot()
    private let resumption: Resumption<MetricsSnapshot>
    private let executor: LoopExecutor

    init(missing: Int, resumption: Resumption<MetricsSnapshot>, executor: LoopExecutor) {
        self.missing = missing
        self.resumption = resumption
        self.executor = executor
    }

    /// Brings a snapshot back to the loop that asked; called on any loop.
    func send(_ snapshot: MetricsSnapshot) {
        executor.submit { [self] _ in
            sum.merge(snapshot)
            missing -= 1
            finishIfComplete()
        }
    }

    func finishIfComplete() { if missing <= 0 { finish() } }

    func finish() { resumption.resume(returning: sum) }
}

/// Carries a registry to its own loop. `@unchecked Sendable`: it is only touched in what is submitted there.
private struct RegistryReference: @unchecked Sendable {
    let value: MetricsRegistry
    init(_ value: MetricsRegistry) { self.value = value }
}
