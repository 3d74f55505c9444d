import Foundation
import Testing

/// Threads for tests that wait with the thread they are on, as those of a real process do: on the few that Swift's tasks share, two such
/// tests would hold up all others.
///
/// `@unchecked Sendable`: `jobs` is touched only with the lock of `changed` held.
private final class BlockingThreads: TaskExecutor, @unchecked Sendable {
    /// As many as may press on the machine at once.
    static let shared = BlockingThreads(count: 4)

    private let changed = NSCondition()
    private var jobs: [UnownedJob] = []

    private init(count: Int) {
        for _ in 0..<count { Thread.detachNewThread { self.work() } }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        changed.withLock { jobs.append(job) }
        changed.signal()
    }

    private func work() -> Never {
        while true {
            changed.lock()
            while jobs.isEmpty { changed.wait() }
            let job = jobs.removeFirst()
            changed.unlock()
            job.runSynchronously(on: asUnownedTaskExecutor())
        }
    }
}

/// Runs the tests of a suite on threads where they may block.
struct Blocking: SuiteTrait, TestTrait, TestScoping {
    let isRecursive = true

    func provideScope(for test: Test, testCase: Test.Case?, performing function: @Sendable @concurrent () async throws -> Void) async throws
    {
        try await withTaskExecutorPreference(BlockingThreads.shared) { try await function() }
    }
}

extension Trait where Self == Blocking {
    /// The tests block the thread they are on.
    static var blocking: Self { Blocking() }
}
