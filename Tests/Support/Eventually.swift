package import EventLoop

extension EventLoop {
    /// Looks again and again until something holds that tells nobody when it begins to; throws `TimedOut` after two minutes.
    package func eventually(_ condition: () async throws -> Bool) async throws {
        let deadline = now + .seconds(120)
        while try await !condition() {
            guard now < deadline else { throw TimedOut() }
            try await sleep(for: .milliseconds(5))
        }
    }
}
