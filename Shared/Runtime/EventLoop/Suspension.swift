/// Where a suspended task is resumed: once; whatever comes later is ignored.
///
/// `@unchecked Sendable`: it is touched on its loop's thread only. The one call that may come from elsewhere, the
/// cancellation of its task, is handed over to the loop.
@safe package final class Resumption<T>: @unchecked Sendable {
    private let executor: LoopExecutor
    // Unsafe: a checked one takes two allocations, and what it would check is what this class does: to resume once.
    // Unchecked: nothing is called while it is accessed.
    @exclusivity(unchecked) private var continuation: UnsafeContinuation<Void, Never>?
    @safe @exclusivity(unchecked) private var result: Result<T, any Error>?
    /// Called once when it is resumed, whether with a value, an error or by cancellation: to cancel a timer, for instance.
    package var onFinish: (() -> Void)? {
        didSet { if result != nil { runOnFinish() } }
    }

    fileprivate init(executor: LoopExecutor) { self.executor = executor }

    /// Whether it has been resumed; one that was cancelled is to be passed over.
    package var isFinished: Bool { result != nil }

    /// Resumes the task with a value. Returns false when it had been resumed already and the value was not taken.
    @discardableResult
    package func resume(returning value: T) -> Bool { finish(.success(value)) }

    /// Resumes the task with an error.
    @discardableResult
    package func resume(throwing error: any Error) -> Bool { finish(.failure(error)) }

    private func finish(_ outcome: Result<T, any Error>) -> Bool {
        guard result == nil else { return false }
        result = outcome
        unsafe continuation?.resume()
        unsafe continuation = nil
        runOnFinish()
        return true
    }

    private func runOnFinish() {
        guard let handler = onFinish else { return }
        onFinish = nil
        handler()
    }

    fileprivate func cancelFromAnyThread() {
        if executor.isCurrent {
            _ = finish(.failure(CancellationError()))
        } else {
            executor.submit { _ in _ = self.finish(.failure(CancellationError())) }
        }
    }

    fileprivate func wait(_ start: (Resumption<T>) -> Void) async throws -> T {
        await withTaskCancellationHandler {
            unsafe await withUnsafeContinuation { continuation in
                if result != nil { return unsafe continuation.resume() }
                unsafe self.continuation = continuation
                start(self)
            }
        } onCancel: {
            cancelFromAnyThread()
        }
        guard let result else { throw CancellationError() }
        return try result.get()
    }
}

extension EventLoop {
    /// Suspends the calling task until `start`'s resumption is resumed, or the task is cancelled (throws `CancellationError`).
    package func suspend<T>(_ start: (Resumption<T>) -> Void) async throws -> T {
        try await Resumption<T>(executor: executor).wait(start)
    }

    /// Runs `body`; when the calling task is cancelled meanwhile (or was before), `onCancel` runs on the loop.
    package func withCancellationHandler<T>(_ body: () async throws -> T, onCancel: @escaping () -> Void) async rethrows -> T {
        let box = LoopBox(onCancel)
        let executor = executor
        return try await withTaskCancellationHandler {
            try await body()
        } onCancel: {
            if executor.isCurrent { box.value() } else { executor.submit { _ in box.value() } }
        }
    }

    /// A function that may be called from any thread and runs `body` on this loop soon.
    package func remoteCall<T: Sendable>(_ body: @escaping (T) -> Void) -> @Sendable (T) -> Void {
        let box = LoopBox(body)
        let executor = executor
        return { argument in executor.submit { _ in box.value(argument) } }
    }
}
