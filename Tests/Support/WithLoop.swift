package import EventLoop

/// Runs `body` on an event loop of its own thread, for tests. None takes for ever: after fifteen minutes `body` is cancelled, and fails.
package func withLoop<T: Sendable>(_ body: @escaping @Sendable (EventLoop) async throws -> T) async throws -> T {
    let thread = await LoopThread.start()
    // A task of the test's own, so that an issue on the loop is known to be this test's.
    let work = Task(executorPreference: thread.loop.executor) {
        // What the test left behind on its loop ends with it, at once.
        defer { thread.letEnd() }
        return try await thread.loop.withTimeout(.seconds(900)) { try await body(thread.loop) }
    }
    let result = await withTaskCancellationHandler {
        await work.result
    } onCancel: {
        work.cancel()
    }
    await thread.waitForEnd()
    return try result.get()
}

/// A thread with a loop, there until it is ended.
///
/// `@unchecked Sendable`: what is on the loop is touched on its thread only, by the tasks that prefer its executor.
private final class LoopThread: @unchecked Sendable {
    let loop: EventLoop
    private let mayEnd: AsyncStream<Never>.Continuation
    private let ended: AsyncStream<Never>

    private init(_ loop: EventLoop, mayEnd: AsyncStream<Never>.Continuation, ended: AsyncStream<Never>) {
        self.loop = loop
        self.mayEnd = mayEnd
        self.ended = ended
    }

    static func start() async -> LoopThread {
        let (ending, mayEnd) = AsyncStream<Never>.makeStream()
        let (ended, hasEnded) = AsyncStream<Never>.makeStream()
        return await withCheckedContinuation { started in
            EventLoop.startThread(name: "test") { loop in
                started.resume(returning: LoopThread(loop, mayEnd: mayEnd, ended: ended))
                for await _ in ending {}
            } ended: { _ in
                hasEnded.finish()
            }
        }
    }

    func letEnd() { mayEnd.finish() }

    func waitForEnd() async { for await _ in ended {} }
}
