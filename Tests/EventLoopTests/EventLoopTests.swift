import EventLoop
import Glibc
import Support
import Synchronization
import Testing

@Suite("The event loop")
struct EventLoopTests {
    @Test("tasks stay on the loop's thread after every kind of suspension")
    func staysOnLoop() async throws {
        try await withLoop { loop in
            func check() throws { try #require(loop.executor.isCurrent) }
            try check()
            try await loop.sleep(for: .milliseconds(1))
            try check()
            _ = try await loop.offload { 1 }
            try check()
            let value = try await loop.spawn { () -> Int in
                try check()
                try await loop.sleep(for: .milliseconds(1))
                try check()
                return 3
            }.value
            #expect(value == 3)
            try check()
        }
    }

    @Test("blocking calls that wait for each other all get a thread", .timeLimit(.minutes(15)))
    func blockingCalls() async throws {
        try await withLoop { loop in
            // Leaves a thread that waits for work.
            _ = try await loop.offload { 1 }
            nonisolated(unsafe) let barrier = UnsafeMutablePointer<pthread_barrier_t>.allocate(capacity: 1)
            pthread_barrier_init(barrier, nil, 3)
            defer {
                pthread_barrier_destroy(barrier)
                barrier.deallocate()
            }
            try await loop.withTaskScope { scope in
                for _ in 0..<3 { scope.spawn { _ = try await loop.offload { pthread_barrier_wait(barrier) } } }
            }
        }
    }

    @Test("a blocking call that nobody waits for any more is not begun", .timeLimit(.minutes(15)))
    func abandonedCalls() async throws {
        try await withLoop { loop in
            let pool = BlockingPool(threads: 1)
            let occupation = Occupation(of: pool, threads: 1)
            let calls = Atomic(0)
            let task = loop.spawn { try await loop.offload(on: pool) { calls.add(1, ordering: .relaxed) } }
            // Tasks begin in the order of their start: when this one has, the other waits.
            try await loop.spawn {}.value
            task.cancel()
            await #expect(throws: CancellationError.self) { _ = try await task.value }
            occupation.end()
            #expect(try await loop.offload(on: pool) { calls.load(ordering: .relaxed) } == 0)
        }
    }

    @Test("names that are not answered hold up only who asks on the same pool", .timeLimit(.minutes(15)))
    func names() async throws {
        try await withLoop { loop in
            let pool = BlockingPool(threads: 2)
            let occupation = Occupation(of: pool, threads: 2)
            let waiting = loop.spawn { try await loop.resolve("localhost", port: 1, on: pool) }
            let addresses = try await loop.resolve("localhost", port: 1)
            #expect(!addresses.isEmpty && !waiting.isDone)
            occupation.end()
            let later = try await waiting.value
            #expect(later == addresses)
        }
    }

    @Test("the threads of a pool end with it", .timeLimit(.minutes(15)))
    func endOfPool() async throws {
        try await withLoop { loop in
            nonisolated(unsafe) let ended = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
            sem_init(ended, 0, 0)
            defer { ended.deallocate() }
            try await loop.offload(on: BlockingPool(threads: 1)) {
                // Called with the value when the thread that set it ends.
                var key = pthread_key_t()
                pthread_key_create(&key) { if let ended = $0 { sem_post(ended.assumingMemoryBound(to: sem_t.self)) } }
                pthread_setspecific(key, ended)
            }
            try await loop.offload { while sem_wait(ended) != 0 {} }
        }
    }

    @Test("timers fire in order, and a cancelled one never")
    func timers() async throws {
        try await withLoop { loop in
            var fired: [Int] = []
            loop.schedule(after: .milliseconds(3)) { fired.append(3) }
            loop.schedule(after: .milliseconds(1)) { fired.append(1) }
            let cancelled = loop.schedule(after: .milliseconds(2)) { fired.append(2) }
            loop.cancel(cancelled)
            try await loop.sleep(for: .milliseconds(6))
            #expect(fired == [1, 3])
        }
    }

    @Test("cancelling a sleeping task wakes it at once")
    func cancellation() async throws {
        try await withLoop { loop in
            let task = loop.spawn { try await loop.sleep(for: .seconds(100)) }
            try await loop.sleep(for: .milliseconds(1))
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }

    @Test("a time-out cancels the work and says so")
    func timeout() async throws {
        try await withLoop { loop in
            await #expect(throws: TimedOut.self) {
                try await loop.withTimeout(.milliseconds(2)) { try await loop.sleep(for: .seconds(100)) }
            }
            let quick = try await loop.withTimeout(.seconds(120)) { 5 }
            #expect(quick == 5)
        }
    }

    @Test("when one task of a scope fails the others are cancelled, and nothing outlives the scope")
    func scope() async throws {
        struct Failure: Error {}
        try await withLoop { loop in
            var ended = 0
            await #expect(throws: Failure.self) {
                try await loop.withTaskScope { scope in
                    for _ in 0..<3 {
                        scope.spawn {
                            defer { ended += 1 }
                            try await loop.sleep(for: .seconds(100))
                        }
                    }
                    scope.spawn { throw Failure() }
                    // The body is waited for too, and so is cancelled like the rest.
                    try await loop.sleep(for: .seconds(100))
                }
            }
            #expect(ended == 3)
        }
    }

    @Test("cancelling whoever waits for a scope cancels its tasks, when its body has ended too")
    func cancelledScope() async throws {
        try await withLoop { loop in
            let task = loop.spawn {
                try await loop.withTaskScope { scope in scope.spawn { try await loop.sleep(for: .seconds(100)) } }
            }
            try await loop.sleep(for: .milliseconds(2))
            task.cancel()
            _ = try? await loop.withTimeout(.seconds(120)) { try await task.value }
            #expect(task.isDone)
        }
    }

    @Test("a full channel holds the sender back, and an empty one the receiver")
    func channel() async throws {
        try await withLoop { loop in
            let channel = Channel<Int>(on: loop, capacity: 4)
            var sent = 0
            let sender = loop.spawn {
                for number in 0..<1000 {
                    try await channel.send(number)
                    sent += 1
                }
                channel.finish()
            }
            try await loop.eventually { sent == 4 }
            try await loop.sleep(for: .milliseconds(1))
            #expect(sent == 4)
            var received: [Int] = []
            while let number = try await channel.next() { received.append(number) }
            try await sender.value
            #expect(received == Array(0..<1000))
        }
    }

    @Test("ids are UUIDv7 and grow with time")
    func identifiers() async throws {
        try await withLoop { loop in
            let first = loop.makeID()
            try await loop.sleep(for: .milliseconds(2))
            let second = loop.makeID()
            #expect(first.high >> 12 & 0xf == 7)
            #expect(first.low >> 62 == 2)
            #expect(first.high < second.high)
        }
    }
}
