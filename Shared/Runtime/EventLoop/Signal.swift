/// Wakes tasks that wait for something to have changed. It carries no value: look at the state after waking.
package final class Signal {
    private let loop: EventLoop
    private var waiting: [Resumption<Bool>] = []

    package init(on loop: EventLoop) { self.loop = loop }

    /// Wakes every task that waits now.
    package func notify() {
        if waiting.isEmpty { return }
        let woken = waiting
        waiting = []
        for resumption in woken { resumption.resume(returning: true) }
    }

    /// Waits until `condition` no longer holds; it is looked at now and after each `notify`.
    package func wait(while condition: () -> Bool) async throws {
        while condition() {
            _ = try await loop.suspend { (resumption: Resumption<Bool>) in
                if condition() { enlist(resumption) } else { resumption.resume(returning: true) }
            }
        }
    }

    /// Waits for the next `notify`, at most `duration`, unless `condition` does not hold. Returns false when the time was over.
    @discardableResult
    package func wait(atMost duration: Duration, while condition: () -> Bool = { true }) async throws -> Bool {
        try await loop.suspend { (resumption: Resumption<Bool>) in
            guard condition() else { return _ = resumption.resume(returning: true) }
            enlist(resumption)
            let timer = loop.schedule(after: duration) { resumption.resume(returning: false) }
            resumption.onFinish = { [loop] in loop.cancel(timer) }
        }
    }

    private func enlist(_ resumption: Resumption<Bool>) {
        waiting.removeAll { $0.isFinished }
        waiting.append(resumption)
    }
}
