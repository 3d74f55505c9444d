internal import EventLoop

/// The messages that a subscriber has not taken yet.
final class RedisMessageQueue {
    private var messages: [[UInt8]] = []
    private var head = 0
    private var hasGap = false
    private var isFinished = false
    private let changed: Signal

    /// Messages that are kept for a slow subscriber. One that is slower still has to catch up anyway.
    private static let limit = 1024

    init(on loop: EventLoop) {
        changed = Signal(on: loop)
    }

    func append(_ message: [UInt8]) {
        guard messages.count - head < Self.limit else { return noteGap() }
        messages.append(message)
        changed.notify()
    }

    /// Messages may have been missed; those that are still waiting came before and are covered by catching up.
    func noteGap() {
        messages = []
        head = 0
        hasGap = true
        changed.notify()
    }

    func finish() {
        isFinished = true
        changed.notify()
    }

    func next() async throws -> RedisSubscription.Event? {
        try await changed.wait { !hasGap && head == messages.count && !isFinished }
        if hasGap {
            hasGap = false
            return .gap
        }
        guard head < messages.count else { return nil }
        defer {
            head += 1
            if head == messages.count {
                messages.removeAll(keepingCapacity: true)
                head = 0
            }
        }
        return .message(messages[head])
    }
}
