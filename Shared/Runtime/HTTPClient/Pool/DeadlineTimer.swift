package import EventLoop

/// A deadline that is moved for every request and hardly ever met: moving it later costs no timer.
package final class DeadlineTimer {
    private let loop: EventLoop
    private var due: Instant?
    private var armed: (timer: EventLoop.Timer, at: Instant)?
    /// Called when the deadline has passed.
    package var onExpiry: (() -> Void)?

    /// A timer without a deadline.
    package init(on loop: EventLoop) { self.loop = loop }

    deinit {
        if let armed { loop.cancel(armed.timer) }
    }

    /// Sets the deadline, or takes it away.
    package func set(_ instant: Instant?) {
        due = instant
        guard let instant else { return }
        if let armed {
            // It fires early, sees that the deadline has moved, and is set anew.
            if armed.at <= instant { return }
            loop.cancel(armed.timer)
        }
        // Unowned, for a weak reference would make every other one slower; the timer does not outlive this object.
        armed = (loop.schedule(at: instant) { [unowned self] in fire() }, instant)
    }

    private func fire() {
        armed = nil
        guard let due else { return }
        if due > loop.now { return set(due) }
        self.due = nil
        onExpiry?()
    }
}
