internal import EventLoop

/// Listens to a channel, until it is let go of. Redis keeps nothing for those who are away: after each gap the subscriber has to look for
/// itself what it missed.
package final class RedisSubscription {
    /// What a subscriber learns.
    package enum Event: Hashable, Sendable {
        /// A message.
        case message([UInt8])
        /// From now on messages come, but earlier ones may have been missed: after subscribing, after a lost connection, after being too
        /// slow. Time to catch up.
        case gap
    }

    private let channel: String
    private let queue: RedisMessageQueue
    private let subscriptions: RedisSubscriptions

    init(to channel: String, in subscriptions: RedisSubscriptions, on loop: EventLoop) {
        self.channel = channel
        self.subscriptions = subscriptions
        queue = RedisMessageQueue(on: loop)
        subscriptions.add(queue, to: channel)
    }

    deinit { subscriptions.remove(queue, from: channel) }

    /// The next event; nil when the client has been closed.
    package func next() async throws -> Event? { try await queue.next() }
}
