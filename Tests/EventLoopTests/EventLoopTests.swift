import EventLoop
import Glibc
import Support
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
