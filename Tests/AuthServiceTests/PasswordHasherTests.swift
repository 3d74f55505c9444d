import AuthService
import EventLoop
import Support
import Testing
import WireProtocol

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

    @Test("checking an account that does not exist takes as long as one that does")
    func sameTime() async throws {
        let hasher = PasswordHasher(cost: 10, capacity: 8)
        try await withLoop { loop in
            let hash = try await hasher.hash("correct horse", on: loop)
            func duration(against hash: String?) async throws -> Double {
                var best = Double.infinity
                for _ in 0..<3 {
                    let start = loop.preciseNow
                    _ = try await hasher.verify("wrong horse", against: hash, on: loop)
                    best = min(best, (loop.preciseNow - start) / .milliseconds(1))
                }
                return best
            }
            let known = try await duration(against: hash)
            let unknown = try await duration(against: nil)
            // A decoy that is not computed would be a thousand times faster.
            #expect(unknown > known / 3 && unknown < known * 3)
        }
    }

    @Test("beyond the bound passwords are turned away, and later taken again")
    func bound() async throws {
        let hasher = PasswordHasher(cost: 6, capacity: 2)
        try await withLoop { loop in
            let tasks = (0..<5).map { _ in
                loop.spawn { try? await hasher.hash("correct horse", on: loop) }
            }
            var done = 0
            for task in tasks where try await task.value != nil { done += 1 }
            #expect(done == 2)
            #expect(try await hasher.hash("correct horse", on: loop).hasPrefix("$2b$06$"))
        }
    }
}
