import EventLoop

/// Looks again until it is so; the test's time limit ends it otherwise.
func eventually(_ loop: EventLoop, _ condition: () async throws -> Bool) async throws {
    while try await !condition() { try await loop.sleep(for: .milliseconds(2)) }
}
