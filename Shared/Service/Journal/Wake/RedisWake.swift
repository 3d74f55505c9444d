package import EventLoop
package import RedisClient
internal import WireProtocol

/// Wakes every replica through a channel of Redis. This loop is told at once, whether Redis is there or not.
package final class RedisWake: Wake {
    private let redis: RedisClient
    private let loop: EventLoop
    private let channel: String
    private var receivers: [(WakeNote) -> Void] = []

    package init(_ redis: RedisClient, _ kind: JournalKind, on loop: EventLoop) {
        self.redis = redis
        self.loop = loop
        channel = "\(kind.schema):wake"
    }

    package func send(_ note: WakeNote) {
        deliver(note)
        loop.spawnUnobserved { [redis, channel] in _ = try? await redis.publish(Array(note.message.utf8), to: channel) }
    }

    package func receive(_ receive: @escaping (WakeNote) -> Void) { receivers.append(receive) }

    /// Listens until the task is cancelled.
    package func run() async throws {
        let subscription = redis.subscribe(to: channel)
        while let event = try await subscription.next() {
            switch event {
            case .gap: deliver(.unclaimed)
            case .message(let bytes): if let note = WakeNote(message: String(decoding: bytes, as: UTF8.self)) { deliver(note) }
            }
        }
    }

    private func deliver(_ note: WakeNote) { for receive in receivers { receive(note) } }
}

extension WakeNote {
    fileprivate var message: String {
        switch self {
        case .unclaimed: "unclaimed"
        case .cancelRequested(let journal): "cancel \(journal)"
        case .input(let journal): "input \(journal)"
        // The number is for the version before this one, which shows what comes after it.
        case .followed(let journal): "followed \(journal) 0"
        }
    }

    fileprivate init?(message: String) {
        let words = message.split(separator: " ").map(String.init)
        let journal = words.count > 1 ? JournalID(words[1]) : nil
        switch (words.first, journal) {
        case ("unclaimed", nil): self = .unclaimed
        case ("cancel", let journal?): self = .cancelRequested(journal)
        case ("input", let journal?): self = .input(journal)
        case ("followed", let journal?): self = .followed(journal)
        default: return nil
        }
    }
}
