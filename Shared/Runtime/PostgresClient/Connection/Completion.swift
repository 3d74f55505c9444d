/// A wait that cancellation does not end: for what must be known to the end, such as the outcome of a COMMIT.
final class Completion<Value> {
    private var continuation: CheckedContinuation<Void, Never>?
    private var result: Result<Value, any Error>?

    var isDone: Bool { result != nil }

    func complete(_ outcome: Result<Value, any Error>) {
        guard result == nil else { return }
        result = outcome
        continuation?.resume()
        continuation = nil
    }

    /// For one waiter.
    func wait() async throws -> Value {
        if result == nil {
            await withCheckedContinuation { continuation = $0 }
        }
        guard let result else { throw CancellationError() }
        return try result.get()
    }
}
