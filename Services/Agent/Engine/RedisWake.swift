package import EventLoop
package import RedisClient
internal import WireProtocol

/// Wakes every replica through a channel of Redis. This loop is told at once, whether Redis is there or not.
package final class RedisWake: Wake {
    private let redis: RedisClient
    private let loop: EventLoop
    private var receivers: [(WakeNote) -> Void] = []
    private static let channel = "agent:wake"

    package init(_ redis: RedisClient, on loop: EventLoop) {
        self.redis = redis
        self.loop = loop
    }

    package func send(_ note: WakeNote) {
        deliver(note)
        loop.spawn { [redis] in _ = try? await redis.publish(Array(note.message.utf8), to: Self.channel) }
    }

    package func receive(_ receive: @escaping (WakeNote) -> Void) { receivers.append(receive) }

    /// Listens until the task is cancelled.
    package func run() async throws {
        let subscription = redis.subscribe(to: Self.channel)
        while let event = try await subscription.next() {
            switch event {
            case .gap: deliver(.runsWaiting)
            case .message(let bytes): if let note = WakeNote(message: String(decoding: bytes, as: UTF8.self)) { deliver(note) }
            }
        }
    }

    private func deliver(_ note: WakeNote) { for receive in receivers { receive(note) } }
}

extension WakeNote {
    private static let cancelPrefix = "cancel "

    fileprivate var message: String {
        switch self {
        case .runsWaiting: "runs waiting"
        case .cancelRequested(let run): Self.cancelPrefix + run.description
        }
    }

    fileprivate init?(message: String) {
        if message == WakeNote.runsWaiting.message {
            self = .runsWaiting
        } else if message.hasPrefix(Self.cancelPrefix), let run = RunID(String(message.dropFirst(Self.cancelPrefix.count))) {
            self = .cancelRequested(run)
        } else {
            return nil
        }
    }
}
