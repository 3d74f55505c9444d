package import EventLoop
package import RedisClient
package import WireProtocol

/// The tail as a stream of Redis for each run. An entry's id is the event's number, so Redis itself refuses an old one; a channel of the same name
/// tells when to look. A stream that nobody wrote to for five minutes is gone.
package final class RedisTail: RunTail {
    /// A channel that someone here listens to.
    private final class Watch {
        let changed: Signal
        var waiting = 0
        var listening: LoopTask<Void>?

        init(on loop: EventLoop) { changed = Signal(on: loop) }
    }

    private let redis: RedisClient
    private let loop: EventLoop
    private var unsent: [(RunID, NumberedEvent)] = []
    private var watches: [RunID: Watch] = [:]
    private static let expirySeconds = 300
    private static let linger = Duration.seconds(5)

    package init(_ redis: RedisClient, on loop: EventLoop) {
        self.redis = redis
        self.loop = loop
    }

    package func publish(_ events: [NumberedEvent], of run: RunID) {
        guard redis.isConnected else { return }
        let isFirst = unsent.isEmpty
        unsent += events.map { (run, $0) }
        // What is shown in this turn of the loop goes out together.
        if isFirst { loop.spawn { [self] in await flush() } }
    }

    private func flush() async {
        var commands: [[RedisArgument]] = []
        var runs: [RunID] = []
        for (run, event) in unsent {
            commands.append([
                "XADD", .string(Self.key(run)), .string("0-\(event.sequence)"), "type", .string(event.type), "data", .bytes(event.data),
            ])
            if runs.last != run { runs.append(run) }
        }
        unsent.removeAll(keepingCapacity: true)
        for run in runs {
            commands.append(["EXPIRE", .string(Self.key(run)), .integer(Self.expirySeconds)])
            commands.append(["PUBLISH", .string(Self.key(run)), ""])
        }
        _ = try? await redis.pipeline(commands)
    }

    package func events(of run: RunID, after sequence: Int, atMost duration: Duration) async throws -> [NumberedEvent] {
        let watch = watch(run)
        defer { leave(run, watch) }
        let found = await read(run, after: sequence)
        if !found.isEmpty { return found }
        guard try await watch.changed.wait(atMost: duration) else { return [] }
        return await read(run, after: sequence)
    }

    /// Nothing when the next number is not there: it was trimmed, or has never been written.
    private func read(_ run: RunID, after sequence: Int) async -> [NumberedEvent] {
        guard let entries = try? await redis.stream(Self.key(run), after: "0-\(sequence)") else { return [] }
        var events: [NumberedEvent] = []
        for entry in entries {
            guard let number = entry.id.split(separator: "-").last.flatMap({ Int($0) }), number == sequence + events.count + 1,
                let type = entry["type"], let data = entry["data"]
            else { break }
            events.append(NumberedEvent(sequence: number, type: String(decoding: type, as: UTF8.self), data: data))
        }
        return events
    }

    private static func key(_ run: RunID) -> String { "agent:tail:\(run)" }

    // MARK: Channels

    private func watch(_ run: RunID) -> Watch {
        let watch = watches[run] ?? Watch(on: loop)
        watches[run] = watch
        watch.waiting += 1
        if watch.listening == nil {
            let subscription = redis.subscribe(to: Self.key(run))
            watch.listening = loop.spawn { while try await subscription.next() != nil { watch.changed.notify() } }
        }
        return watch
    }

    /// Listens a little longer: who waited for one event mostly comes for the next.
    private func leave(_ run: RunID, _ watch: Watch) {
        watch.waiting -= 1
        guard watch.waiting == 0 else { return }
        loop.schedule(after: Self.linger) { [weak self] in
            guard watch.waiting == 0, self?.watches[run] === watch else { return }
            self?.watches[run] = nil
            watch.listening?.cancel()
        }
    }
}
