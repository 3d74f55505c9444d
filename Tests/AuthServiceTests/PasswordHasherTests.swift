import AuthService
import EventLoop
import Support
import Testing

@Suite(.timeLimit(.minutes(15)))
struct PasswordHasherTests {
    @Test("a stored hash is checked, and without one the answer is no")
    func verification() async throws {
        let hasher = PasswordHasher(cost: 4, capacity: 8)
        try await withLoop { loop in
            let hash = try await hasher.hash("correct horse", on: loop)
            #expect(try await hasher.verify("correct horse", against: hash, on: loop))
            #expect(try await !hasher.verify("wrong horse", against: hash, on: loop))
            #expect(try await !hasher.verify("correct horse", against: nil, on: loop))
        }
    }

    @Test("checking an account that does not exist computes a hash too")
    func sameTime() async throws {
        let hasher = PasswordHasher(cost: 11, capacity: 8)
        try await withLoop { loop in
            let start = loop.preciseNow
            let matches = try await hasher.verify("wrong horse", against: nil, on: loop)
            #expect(!matches)
            // A lower bound only, which no busy machine can break: without a hash it would be microseconds.
            #expect(loop.preciseNow - start > .milliseconds(15))
        }
    }

    @Test("beyond the bound passwords are turned away, and later taken again")
    func bound() async throws {
        let hasher = PasswordHasher(cost: 9, capacity: 2)
        try await withLoop { loop in
            // Some may be done before the last one asks, but never as many as make room for all.
            let tasks = (0..<100).map { _ in
                loop.spawn { try? await hasher.hash("correct horse", on: loop) }
            }
            var done = 0
            for task in tasks where try await task.value != nil { done += 1 }
            #expect((2..<100).contains(done))
            #expect(try await hasher.hash("correct horse", on: loop).hasPrefix("$2b$09$"))
        }
    }

    @Test("who leaves before the password is hashed takes nobody's place")
    func leaving() async throws {
        let hasher = PasswordHasher(cost: 4, capacity: 1)
        try await withLoop { loop in
            let task = loop.spawn { try await hasher.hash("correct horse", on: loop) }
            task.cancel()
            await #expect(throws: CancellationError.self) { _ = try await task.value }
            let hash = try await hasher.hash("correct horse", on: loop)
            #expect(hash.hasPrefix("$2b$04$"))
        }
    }
}
