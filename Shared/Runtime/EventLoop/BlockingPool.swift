internal import Glibc
internal import Synchronization

/// A few threads for calls that block: file I/O, name resolution, password hashing. They start with its calls and end with it.
package final class BlockingPool: Sendable {
    /// The process's own.
    package static let shared = BlockingPool(threads: 4)
    /// Runs everything at once on the caller's thread: for simulated loops, where nothing may run beside them.
    static let inline = BlockingPool(threads: 0)

    private let threads: Int
    private let queue = Monitor(Queue())

    private struct Queue {
        var jobs: [@Sendable () -> Void] = []
        var head = 0
        var started = 0
        var idle = 0
        var isClosed = false

        var waiting: Int { jobs.count - head }

        mutating func take() -> (@Sendable () -> Void)? {
            guard waiting > 0 else { return nil }
            let job = jobs[head]
            head += 1
            // Also while the queue never gets empty.
            if head >= waiting {
                jobs.removeFirst(head)
                head = 0
            }
            return job
        }
    }

    /// Of its own for calls that may take so long that others are not to wait for them.
    package init(threads: Int) { self.threads = threads }

    deinit {
        queue.withLock { $0.isClosed = true }
        queue.broadcast()
    }

    /// Runs `work` on a thread of the pool.
    package func run(_ work: @escaping @Sendable () -> Void) {
        if threads == 0 { return work() }
        let startsThread = queue.withLock { queue in
            queue.jobs.append(work)
            // Threads that were woken and have not begun yet count as idle.
            guard queue.waiting > queue.idle, queue.started < threads else { return false }
            queue.started += 1
            return true
        }
        guard startsThread else { return queue.signal() }
        let hasStarted = Thread.start(name: "blocking") { [queue] in
            while let job = Self.next(of: queue) { job() }
        }
        // The job then waits for another thread, or for the next call.
        if !hasStarted { queue.withLock { $0.started -= 1 } }
    }

    /// Waits for the next job; nil when there is none and none will come.
    private static func next(of monitor: Monitor<Queue>) -> (@Sendable () -> Void)? {
        monitor.withLock { queue in
            while true {
                if let job = queue.take() { return job }
                if queue.isClosed { return nil }
                queue.idle += 1
                monitor.waitWhileLocked()
                queue.idle -= 1
            }
        }
    }
}

/// A value behind a mutex, with a condition to wait for.
@safe private final class Monitor<Value>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let value: UnsafeMutablePointer<Value>

    init(_ value: Value) {
        unsafe self.value = .allocate(capacity: 1)
        unsafe self.value.initialize(to: value)
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(condition, nil)
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe value.deinitialize(count: 1)
        unsafe value.deallocate()
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    func withLock<T>(_ body: (inout Value) -> T) -> T {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return unsafe body(&value.pointee)
    }

    /// Lets go of the lock until `signal`; only inside `withLock`, whose value others then change.
    func waitWhileLocked() { unsafe pthread_cond_wait(condition, mutex) }
    func signal() { unsafe pthread_cond_signal(condition) }
    func broadcast() { unsafe pthread_cond_broadcast(condition) }
}

extension EventLoop {
    /// Runs a blocking call on a pool, the loop's own where none is given, and comes back with its result. Cancellation ends the wait and
    /// not the call, but one that has not begun by then is never made.
    package func offload<T: Sendable>(on pool: BlockingPool? = nil, _ work: @escaping @Sendable () throws -> T) async throws -> T {
        try await suspend { (resumption: Resumption<T>) in
            let executor = executor
            let waiter = Waiter()
            resumption.onFinish = { waiter.isGone.store(true, ordering: .relaxed) }
            (pool ?? blockingPool).run {
                if waiter.isGone.load(ordering: .relaxed) { return }
                let result = Result { try work() }
                executor.submit { _ in
                    switch result {
                    case .success(let value): resumption.resume(returning: value)
                    case .failure(let error): resumption.resume(throwing: error)
                    }
                }
            }
        }
    }
}

/// Who waits for a blocking call.
private final class Waiter: Sendable {
    let isGone = Atomic(false)
}
