/// A task on a loop. Letting go of it does not cancel it.
package struct LoopTask<T> {
    private let task: Task<Void, Never>
    private let outcome: Outcome<T>

    fileprivate init(task: Task<Void, Never>, outcome: Outcome<T>) {
        self.task = task
        self.outcome = outcome
    }

    /// Asks the task to stop: whatever it waits for throws `CancellationError`.
    package func cancel() { task.cancel() }

    /// Whether the task has ended.
    package var isDone: Bool { outcome.result != nil }

    /// Waits for the task to end; throws what it threw. Cancelling the waiter does not end the wait.
    package var value: T {
        get async throws {
            await task.value
            guard let result = outcome.result else { throw CancellationError() }
            return try result.get()
        }
    }
}

/// Carries what lives on a loop through a `@Sendable` closure that will run on that loop.
struct LoopBox<Value>: @unchecked Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
}

private final class Outcome<T> { var result: Result<T, any Error>? }

extension EventLoop {
    /// Starts a task on this loop. It begins after the caller has suspended or returned; its errors reach whoever asks for `value`.
    ///
    /// This, and `spawnUnobserved`, is where tasks are made. Their boxes are sound because only code on the loop's thread can hold this loop, which is not
    /// `Sendable`, and the task runs on that thread too: what the closure captured never changes threads.
    @discardableResult
    package func spawn<T>(_ body: @escaping () async throws -> T) -> LoopTask<T> {
        let outcome = Outcome<T>()
        let box = LoopBox((body, outcome))
        let task = Task(executorPreference: executor) {
            let (body, outcome) = box.value
            do { outcome.result = .success(try await body()) } catch { outcome.result = .failure(error) }
        }
        return LoopTask(task: task, outcome: outcome)
    }

    /// Starts a task that nobody asks for an outcome, as `spawn` does, but at half the cost: for what each request does.
    @discardableResult
    package func spawnUnobserved(_ body: @escaping () async -> Void) -> Task<Void, Never> {
        let box = LoopBox(body)
        return Task(executorPreference: executor) { await box.value() }
    }

    /// Runs `body` with a scope in which tasks can be started; returns when all of them have ended.
    /// When one fails, or `body` does, all the others are cancelled, `body` included, and the first error is thrown.
    package func withTaskScope<T>(_ body: @escaping (TaskScope) async throws -> T) async throws -> T {
        let scope = TaskScope(loop: self)
        let main = spawn { try await body(scope) }
        scope.cancelBody = main.cancel
        return try await withCancellationHandler {
            do {
                let value = try await main.value
                await scope.waitForAll()
                if let error = scope.firstError { throw error }
                return value
            } catch {
                scope.fail(error)
                await scope.waitForAll()
                throw scope.firstError ?? error
            }
        } onCancel: {
            scope.cancelEverything()
        }
    }
}

/// Tasks that end together. Made by `EventLoop.withTaskScope`.
package final class TaskScope {
    private let loop: EventLoop
    private var tasks: [UInt64: LoopTask<Void>] = [:]
    private var lastIdentifier: UInt64 = 0
    private var isCancelled = false
    /// Cancels the body of the scope.
    fileprivate var cancelBody: () -> Void = {}
    fileprivate private(set) var firstError: (any Error)?

    fileprivate init(loop: EventLoop) {
        self.loop = loop
    }

    /// Starts a task in the scope.
    package func spawn(_ body: @escaping () async throws -> Void) {
        lastIdentifier += 1
        let identifier = lastIdentifier
        let task = loop.spawn { [self] in
            do { try await body() } catch { fail(error) }
            tasks[identifier] = nil
        }
        tasks[identifier] = task
        if isCancelled { task.cancel() }
    }

    /// Cancels every task of the scope, and those that are yet to be started; not its body.
    package func cancelAll() {
        isCancelled = true
        for task in tasks.values { task.cancel() }
    }

    fileprivate func cancelEverything() {
        cancelAll()
        cancelBody()
    }

    fileprivate func fail(_ error: any Error) {
        if firstError == nil, !(error is CancellationError && isCancelled) { firstError = error }
        cancelEverything()
    }

    fileprivate func waitForAll() async {
        // A cancelled waiter still waits: the scope's promise is that nothing outlives it.
        while let task = tasks.values.first { _ = try? await task.value }
    }
}
