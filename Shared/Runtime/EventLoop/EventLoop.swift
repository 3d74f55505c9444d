internal import Glibc

/// What the loop calls when a descriptor that it watches is ready.
package protocol ReadinessHandler: AnyObject {
    /// Called on the loop; `hungUp` may come without having been asked for.
    func ready(_ readiness: Readiness)
}

/// One thread's event loop: tasks, timers, descriptors, randomness and the clock, all in one place.
///
/// It is a plain class that is not `Sendable`, as is everything that lives on it: the compiler keeps such objects from
/// reaching another thread, so none of them needs a lock. A task is put on the loop by `spawn`; another thread reaches it through `executor.submit`.
/// All that is not deterministic comes from here: `now`, `wallClock`, `random`, `makeID`, `sleep`, `spawn`, `offload`, `connect`, `listen`.
@safe package final class EventLoop {
    package let executor: LoopExecutor
    /// When the loop last awoke.
    package var now: Instant { awoke }
    // Private, as the flags of `SocketStream` are.
    private var awoke: Instant
    /// This loop's source of random numbers.
    package var random: RandomSource
    /// 64 KiB that anyone on the loop may use between two suspensions: reads land here, so idle connections hold no buffer.
    package let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 64)

    let reactor: any Reactor
    let blockingPool: BlockingPool
    // Unchecked: a handler is called when it has been looked up.
    @safe @exclusivity(unchecked) private var handlers: [(any ReadinessHandler)?] = []
    @safe @exclusivity(unchecked) private var generations: [UInt32] = []
    private var timers = TimerHeap()

    /// A loop on the real system.
    package convenience init() {
        let executor = LoopExecutor()
        self.init(
            executor: executor, reactor: EpollReactor(wakeDescriptor: executor.wakeDescriptor), random: RandomSource.system(),
            blockingPool: .shared)
    }

    init(executor: LoopExecutor, reactor: any Reactor, random: RandomSource, blockingPool: BlockingPool) {
        self.executor = executor
        self.reactor = reactor
        self.random = random
        self.blockingPool = blockingPool
        awoke = reactor.monotonicNow
    }

    deinit { unsafe scratch.deallocate() }

    /// Microseconds since 1970-01-01T00:00:00Z. It may jump; measure durations with `now`.
    package var wallClock: Int64 { reactor.wallNow }

    /// The monotonic time at this very moment, for measuring within one turn of the loop.
    package var preciseNow: Instant { reactor.monotonicNow }

    /// As `preciseNow`, but it goes on while the machine sleeps: for leases, which others see end meanwhile. Not to be compared with the other.
    package var bootNow: Instant { reactor.bootNow }

    // MARK: Descriptors

    /// Watches a descriptor. The handler is kept until `unregister`.
    package func register(_ descriptor: Int32, _ interest: Readiness, _ trigger: Trigger = .level, _ handler: any ReadinessHandler) {
        let index = Int(descriptor)
        while handlers.count <= index {
            handlers.append(nil)
            generations.append(0)
        }
        handlers[index] = handler
        generations[index] &+= 1
        reactor.register(descriptor, interest, trigger, token: token(descriptor))
    }

    /// Changes what a registered descriptor is watched for.
    package func modify(_ descriptor: Int32, _ interest: Readiness, _ trigger: Trigger = .level) {
        reactor.modify(descriptor, interest, trigger, token: token(descriptor))
    }

    /// Stops watching; to be called before the descriptor is closed. Events already fetched for it are dropped.
    package func unregister(_ descriptor: Int32) {
        let index = Int(descriptor)
        guard index < handlers.count, handlers[index] != nil else { return }
        handlers[index] = nil
        generations[index] &+= 1
        reactor.remove(descriptor)
    }

    /// The generation tells an event of a descriptor from one of an earlier owner of the same number.
    private func token(_ descriptor: Int32) -> UInt64 {
        UInt64(generations[Int(descriptor)] & 0x7fff_ffff) << 32 | UInt64(UInt32(bitPattern: descriptor))
    }

    private func dispatch(_ token: UInt64, _ readiness: Readiness) {
        let index = Int(UInt32(truncatingIfNeeded: token))
        guard index < handlers.count, self.token(Int32(index)) == token, let handler = handlers[index] else { return }
        handler.ready(readiness)
    }

    // MARK: Timers

    /// A timer that has been set.
    package struct Timer {
        let identifier: TimerHeap.Identifier
    }

    /// Calls `body` on the loop once `duration` has passed.
    @discardableResult
    package func schedule(after duration: Duration, _ body: @escaping () -> Void) -> Timer {
        Timer(identifier: timers.add(at: reactor.monotonicNow + duration, body))
    }

    /// Calls `body` on the loop at `instant`.
    @discardableResult
    package func schedule(at instant: Instant, _ body: @escaping () -> Void) -> Timer {
        Timer(identifier: timers.add(at: instant, body))
    }

    /// Cancels a timer; harmless when it has fired.
    package func cancel(_ timer: Timer) { timers.cancel(timer.identifier) }

    // MARK: Running

    /// Runs the loop on the calling thread until `isDone`.
    func run(until isDone: () -> Bool) {
        executor.withCurrentThread {
            while true {
                let jobsRemain = executor.runJobs(on: self)
                if isDone() { return }
                poll(mayWait: !jobsRemain)
            }
        }
    }

    /// Handles what is ready and what is due; when it may wait, waits for the first of either.
    func poll(mayWait: Bool) {
        reactor.wait(until: mayWait ? nextDeadline : Instant(nanoseconds: 0)) { time, token, readiness in
            awoke = time
            dispatch(token, readiness)
            // What it has woken runs before the next, while the memory it needs is at hand; no longer, so that all get their turn.
            executor.runJobs(on: self, passes: 1)
        }
        awoke = reactor.monotonicNow
        while let body = timers.popDue(at: awoke) { body() }
    }

    /// When the loop's next timer is due.
    var nextDeadline: Instant? {
        timers.dropCancelled()
        return timers.next
    }
}
