package import EventLoop

/// Redis for one loop: one connection for everybody's commands, which are pipelined, and one for subscriptions.
///
/// `run` keeps both connected. While there is no connection, commands fail at once, so that callers can do without; only while one is
/// being opened for the first time, or again right after a loss, they wait for it. When a connection is lost, every command under way fails.
package final class RedisClient {
    private enum State {
        case connecting
        case connected(RedisLink)
        case down(String)
    }

    private let loop: EventLoop
    private let configuration: RedisConfiguration
    private var state = State.connecting
    private let changed: Signal
    private let subscriptions: RedisSubscriptions

    /// A client that connects when it is run.
    package init(on loop: EventLoop, configuration: RedisConfiguration) {
        self.loop = loop
        self.configuration = configuration
        changed = Signal(on: loop)
        subscriptions = RedisSubscriptions(on: loop)
    }

    /// Whether commands can be sent.
    package var isConnected: Bool {
        if case .connected(let link) = state { link.isOpen } else { false }
    }

    /// Keeps the connections open until the calling task is cancelled.
    package func run() async throws {
        defer {
            state = .down("closed")
            changed.notify()
            subscriptions.finish()
        }
        try await loop.withTaskScope { [self] scope in
            scope.spawn { [self] in try await keepSubscribed() }
            try await keepConnected()
        }
    }

    private func keepConnected() async throws {
        let keeper = RedisConnectionKeeper(on: loop, configuration)
        try await keeper.run { [self] event in
            switch event {
            case .connected(let link): state = .connected(link)
            case .lost: state = .connecting
            case .failed(let reason): state = .down(reason)
            }
            changed.notify()
        }
    }

    private func keepSubscribed() async throws {
        try await subscriptions.waitUntilNeeded()
        let keeper = RedisConnectionKeeper(on: loop, configuration)
        try await keeper.run { [subscriptions] event in
            if case .connected(let link) = event { subscriptions.attach(link) } else { subscriptions.detach() }
        }
    }

    private func link() async throws -> RedisLink {
        if case .connected(let link) = state, link.isOpen { return link }
        let deadline = loop.now + configuration.connectTimeout
        while true {
            switch state {
            case .connected(let link) where link.isOpen: return link
            case .down(let reason): throw RedisError.unavailable(reason)
            case .connecting, .connected: break
            }
            guard loop.now < deadline else { throw RedisError.unavailable("not connected in time") }
            try await changed.wait(atMost: deadline - loop.now)
        }
    }

    // MARK: Commands

    /// Sends a command and returns its reply. Throws `RedisError`, `refused` for a reply that is an error.
    package func send(_ command: [RedisArgument]) async throws -> RedisValue {
        let reply = try await pipeline([command]).first ?? .null
        if case .error(let text) = reply { throw RedisError.refused(text) }
        return reply
    }

    /// Sends commands together, with nobody else's between them, and returns their replies in order, errors among them.
    package func pipeline(_ commands: [[RedisArgument]]) async throws -> [RedisValue] {
        for command in commands { try RedisCommand.check(command) }
        return try await link().send(commands)
    }

    // MARK: Subscriptions

    /// Subscribes to a channel until the subscription is let go of.
    package func subscribe(to channel: String) -> RedisSubscription {
        RedisSubscription(to: channel, in: subscriptions, on: loop)
    }
}
