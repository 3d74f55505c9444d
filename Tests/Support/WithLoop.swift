package import EventLoop

/// Runs `body` on an event loop of its own thread, for tests.
package func withLoop<T: Sendable>(_ body: @escaping @Sendable (EventLoop) async throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
        EventLoop.startThread(name: "test", body) { continuation.resume(with: $0) }
    }
}
