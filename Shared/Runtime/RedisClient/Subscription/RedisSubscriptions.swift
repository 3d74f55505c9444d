internal import EventLoop

/// Who listens to which channel. It survives the connection: each new one subscribes to all channels again.
final class RedisSubscriptions {
    private struct Channel {
        var queues: [RedisMessageQueue] = []
        /// Whether Redis has confirmed the subscription on the connection there is now.
        var isConfirmed = false
    }

    private var channels: [String: Channel] = [:]
    private var link: RedisLink?
    private let needed: Signal
    private var isFinished = false

    init(on loop: EventLoop) {
        needed = Signal(on: loop)
    }

    /// Waits for the first subscription: without one, no connection is opened.
    func waitUntilNeeded() async throws {
        try await needed.wait { channels.isEmpty }
    }

    func add(_ queue: RedisMessageQueue, to name: String) {
        if isFinished { return queue.finish() }
        let known = channels[name]
        channels[name, default: Channel()].queues.append(queue)
        if known == nil { link?.subscribe(name) }
        if known?.isConfirmed == true { queue.noteGap() }
        needed.notify()
    }

    func remove(_ queue: RedisMessageQueue, from name: String) {
        guard var channel = channels[name] else { return }
        channel.queues.removeAll { $0 === queue }
        channels[name] = channel.queues.isEmpty ? nil : channel
        if channel.queues.isEmpty { link?.unsubscribe(name) }
    }

    /// Takes a new connection into use.
    func attach(_ link: RedisLink) {
        self.link = link
        link.onPush = { [weak self] in self?.take($0) }
        for name in channels.keys { link.subscribe(name) }
    }

    /// The connection is gone.
    func detach() {
        link = nil
        for name in channels.keys { channels[name]?.isConfirmed = false }
    }

    /// Nothing will come any more.
    func finish() {
        isFinished = true
        link = nil
        for queue in channels.values.flatMap(\.queues) { queue.finish() }
        channels = [:]
    }

    private func take(_ push: RedisValue) {
        guard let parts = push.array, parts.count >= 3, let name = parts[1].string, let channel = channels[name] else { return }
        switch parts[0].string {
        case "message":
            guard let message = parts[2].bytes else { return }
            for queue in channel.queues { queue.append(message) }
        case "subscribe":
            channels[name]?.isConfirmed = true
            for queue in channel.queues { queue.noteGap() }
        default:
            break
        }
    }
}
