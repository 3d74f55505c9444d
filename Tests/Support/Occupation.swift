package import EventLoop
internal import Glibc

/// Holds threads of a pool, as calls do that are not answered.
///
/// `@unchecked Sendable`: a semaphore may be used from every thread.
package final class Occupation: @unchecked Sendable {
    private let threads: Int
    private let mayEnd = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    package init(of pool: BlockingPool, threads: Int) {
        self.threads = threads
        sem_init(mayEnd, 0, 0)
        for _ in 0..<threads { pool.run { [self] in while sem_wait(mayEnd) != 0 {} } }
    }

    deinit { mayEnd.deallocate() }

    /// Lets the calls return.
    package func end() { for _ in 0..<threads { sem_post(mayEnd) } }
}
