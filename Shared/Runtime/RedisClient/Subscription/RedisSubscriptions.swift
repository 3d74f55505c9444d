internal import EventLoop

/// Who listens to which channel. It survives the connection: each new one subscribes to all channels again.
final class RedisSubscriptions {
    private var queues: [String: [RedisMessageQueue]] = [:]
    private var link: RedisLink?
    private let needed: Signal
    private var isFinished = false

    init(on loop: EventLoop) {
        needed = Signal(on: loop)
    }

    /// Waits for the first subscription: without one, no connection is opened.
    func waitUntilNeeded() async throws {
        try await needed.wait { queues.isEmpty }
    }

    func add(_ queue: RedisMessageQueue, to channel: String) {
        if isFinished { return queue.finish() }
        let isFirst = queues[channel] == nil
        queues[channel, default: []].append(queue)
        if isFirst { link?.subscribe(channel) } else if link != nil, queues[channel]?.first?.isSubscribed == true { queue.noteGap() }
        needed.notify()
    }

    func remove(_ queue: RedisMessageQueue, from channel: String) {
        queues[channel]?.removeAll { $0 === queue }
        guard queues[channel]?.isEmpty == true else { return }
        queues[channel] = nil
        link?.unsubscribe(channel)
    }

    /// Takes a new connection into use.
    func attach(_ link: RedisLink) {
        self.link = link
        link.onPush = { [weak self] in self?.take($0) }
        for channel in queues.keys { link.subscribe(channel) }
    }

    /// The connection is gone.
    func detach() {
        link = nil
        for queue in queues.values.joined() { queue.isSubscribed = false }
    }

    /// Nothing will come any more.
    func finish() {
        isFinished = true
        detach()
        for queue in queues.values.joined() { queue.finish() }
        queues = [:]
    }

    private func take(_ push: RedisValue) {
        guard let parts = push.array, parts.count >= 3, let channel = parts[1].string, let queues = queues[channel] else { return }
        switch parts[0].string {
        case "message":
            guard let message = parts[2].bytes else { return }
            for queue in queues { queue.append(message) }
        case "subscribe":
            for queue in queues {
                queue.isSubscribed = true
                queue.noteGap()
            }
        default:
            break
        }
    }
}
