internal import CSystem
internal import Glibc
internal import Synchronization

/// Runs the jobs of one loop, in the order in which they were enqueued, on that loop's thread.
///
/// A task that prefers it comes back to the loop after every suspension. It is no serial executor as well: everything on a
/// loop is nonisolated, so a call changes executors nowhere, and a job that ran as isolated would hop at each call into the standard library.
///
/// `@unchecked Sendable`: `local` and `batch` are touched by the loop's own thread only; everything else is a lock or an atomic.
package final class LoopExecutor: TaskExecutor, @unchecked Sendable {
    /// The eventfd through which other threads wake the loop.
    let wakeDescriptor: Int32
    private let remoteJobs = Mutex<[UnownedJob]>([])
    private let submissions = Mutex<[@Sendable (EventLoop) -> Void]>([])
    private let wakeIsPending = Atomic<Bool>(false)
    // Unchecked: jobs run while neither is being accessed, and to check each access would take a thirtieth of what a request costs.
    @safe @exclusivity(unchecked) private var local: [UnownedJob] = []
    @safe @exclusivity(unchecked) private var batch: [UnownedJob] = []

    init() {
        wakeDescriptor = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
        local.reserveCapacity(256)
        batch.reserveCapacity(256)
    }

    deinit { close(wakeDescriptor) }

    /// Whether the caller is on this loop's thread.
    package var isCurrent: Bool {
        unsafe CurrentExecutor.get() == UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque())
    }

    /// Queues a job; from any thread.
    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isCurrent {
            local.append(job)
        } else {
            remoteJobs.withLock { $0.append(job) }
            wake()
        }
    }

    /// Runs `body` on the loop's thread soon; may be called from any thread.
    package func submit(_ body: @escaping @Sendable (EventLoop) -> Void) {
        submissions.withLock { $0.append(body) }
        wake()
    }

    private func wake() {
        guard !wakeIsPending.exchange(true, ordering: .sequentiallyConsistent) else { return }
        var one: UInt64 = 1
        _ = unsafe write(wakeDescriptor, &one, 8)
    }

    /// Runs what is queued, at most `passes` generations of it, so that jobs which enqueue jobs cannot starve I/O.
    /// Returns whether jobs remain.
    @discardableResult
    func runJobs(on loop: EventLoop, passes: Int = 16) -> Bool {
        let task = unsafe asUnownedTaskExecutor()
        for _ in 0..<passes {
            if wakeIsPending.load(ordering: .acquiring) { takeRemote(on: loop) }
            if local.isEmpty { return false }
            swap(&local, &batch)
            for job in batch { unsafe job.runSynchronously(on: task) }
            batch.removeAll(keepingCapacity: true)
        }
        return !local.isEmpty
    }

    /// Whether jobs are queued.
    var hasJobs: Bool { !local.isEmpty || wakeIsPending.load(ordering: .acquiring) }

    private func takeRemote(on loop: EventLoop) {
        wakeIsPending.store(false, ordering: .sequentiallyConsistent)
        var count: UInt64 = 0
        _ = unsafe read(wakeDescriptor, &count, 8)
        let jobs = remoteJobs.withLock { queue in
            defer { queue.removeAll(keepingCapacity: true) }
            return queue
        }
        local.append(contentsOf: jobs)
        let bodies = submissions.withLock { queue in
            defer { queue.removeAll(keepingCapacity: true) }
            return queue
        }
        for body in bodies { body(loop) }
    }

    /// Marks the calling thread as this loop's, for as long as `body` runs.
    func withCurrentThread<T>(_ body: () throws -> T) rethrows -> T {
        let previous = unsafe CurrentExecutor.get()
        unsafe CurrentExecutor.set(UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque()))
        defer { unsafe CurrentExecutor.set(previous) }
        return try body()
    }
}

/// Which executor's thread this is: one pointer per thread.
private enum CurrentExecutor {
    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        unsafe pthread_key_create(&key, nil)
        return key
    }()

    static func get() -> UnsafeRawPointer? { unsafe UnsafeRawPointer(pthread_getspecific(key)) }
    static func set(_ executor: UnsafeRawPointer?) { unsafe pthread_setspecific(key, executor) }
}
