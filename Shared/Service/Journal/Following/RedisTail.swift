package import EventLoop
package import RedisClient
internal import WireProtocol

/// The tail as a stream of Redis for each journal. An entry's id is the event's number, so Redis itself refuses an old one; a channel of the same name
/// tells when to look. A stream that nobody wrote to for four or five minutes is gone.
package final class RedisTail: JournalTail {
    /// A channel that someone here listens to.
    private final class Watch {
        let changed: Signal
        var waiting = 0
        /// How often the last one who waited has left.
        var leaves = 0
        var listening: LoopTask<Void>?

        init(on loop: EventLoop) { changed = Signal(on: loop) }
    }

    private let redis: RedisClient
    private let loop: EventLoop
    private let prefix: String
    private let finalTypes: Set<String>
    private var unsent: [(JournalID, NumberedEvent)] = []
    private var unsentSize = 0
    private var isSending = false
    private var watches: [JournalID: Watch] = [:]
    /// The journals whose streams were given a time to live since `renewing`.
    private var renewed: Set<JournalID> = []
    private var renewing = Instant(nanoseconds: 0)
    private static let expirySeconds = 300
    /// How old a time to live may be before the next writing renews it.
    private static let renewalInterval = Duration.seconds(60)
    private static let linger = Duration.seconds(5)
    /// About how many events a stream keeps: as many as a holder does (`LiveJournal`) when they are pieces of a reply.
    private static let lengthLimit = 40_000
    /// How many bytes are sent at a time, and how many an event adds to its own.
    private static let (pieceSize, overhead) = (256 << 10, 100)
    /// How many bytes wait at most while Redis is slow.
    private static let mostUnsent = 16 << 20

    package init(_ redis: RedisClient, _ kind: JournalKind, on loop: EventLoop) {
        self.redis = redis
        self.loop = loop
        prefix = "\(kind.schema):tail:"
        finalTypes = kind.finalTypes
    }

    package func publish(_ events: some Collection<NumberedEvent>, of journal: JournalID) {
        guard redis.isConnected, !events.isEmpty else { return }
        for event in events {
            unsent.append((journal, event))
            unsentSize += Self.size(of: event)
        }
        guard unsentSize <= Self.mostUnsent else { return forget() }
        guard !isSending else { return }
        isSending = true
        // What is shown in this turn of the loop goes out together.
        loop.spawnUnobserved { [self] in
            while !unsent.isEmpty { await send(takePiece()) }
            isSending = false
        }
    }

    private static func size(of event: NumberedEvent) -> Int { overhead + event.data.count }

    /// Without what is left out nobody can use what comes after it: who follows elsewhere has to wait until it is committed.
    private func forget() {
        unsent.removeAll()
        unsentSize = 0
    }

    /// The next of what is to be sent.
    private func takePiece() -> [(JournalID, NumberedEvent)] {
        var size = 0
        let piece = Array(
            unsent.prefix { _, event in
                guard size < Self.pieceSize else { return false }
                size += Self.size(of: event)
                return true
            })
        unsent.removeFirst(piece.count)
        unsentSize -= size
        return piece
    }

    private func send(_ piece: [(JournalID, NumberedEvent)]) async {
        var commands: [[RedisArgument]] = []
        var journals: [JournalID] = []
        var ended: Set<JournalID> = []
        for (journal, event) in piece {
            commands.append([
                "XADD", .string(key(journal)), "MAXLEN", "~", .integer(Self.lengthLimit), .string("0-\(event.sequence)"), "type",
                .string(event.type), "data", .bytes(event.data),
            ])
            if journals.last != journal { journals.append(journal) }
            // Once more at the end: Redis may have lost the stream meanwhile, and with it its time to live.
            if finalTypes.contains(event.type) { ended.insert(journal) }
        }
        if loop.now >= renewing + Self.renewalInterval {
            renewed.removeAll(keepingCapacity: true)
            renewing = loop.now
        }
        for journal in journals {
            if renewed.insert(journal).inserted || ended.contains(journal) {
                commands.append(["EXPIRE", .string(key(journal)), .integer(Self.expirySeconds)])
            }
            commands.append(["PUBLISH", .string(key(journal)), ""])
        }
        do { _ = try await redis.pipeline(commands) } catch { forget() }
    }

    package func events(of journal: JournalID, after sequence: Int, atMost duration: Duration) async throws -> [NumberedEvent] {
        let watch = watch(journal)
        defer { leave(journal, watch) }
        let found = await read(journal, after: sequence)
        if !found.isEmpty { return found }
        guard try await watch.changed.wait(atMost: duration) else { return [] }
        return await read(journal, after: sequence)
    }

    /// Nothing when the next number is not there: it was trimmed, or has never been written.
    private func read(_ journal: JournalID, after sequence: Int) async -> [NumberedEvent] {
        guard let entries = try? await redis.stream(key(journal), after: "0-\(sequence)") else { return [] }
        var events: [NumberedEvent] = []
        for entry in entries {
            guard let number = entry.id.split(separator: "-").last.flatMap({ Int($0) }), number == sequence + events.count + 1,
                let type = entry["type"], let data = entry["data"]
            else { break }
            events.append(NumberedEvent(sequence: number, type: String(decoding: type, as: UTF8.self), data: data))
        }
        return events
    }

    private func key(_ journal: JournalID) -> String { prefix + journal.description }

    // MARK: Channels

    private func watch(_ journal: JournalID) -> Watch {
        let watch = watches[journal] ?? Watch(on: loop)
        watches[journal] = watch
        watch.waiting += 1
        if watch.listening == nil {
            let subscription = redis.subscribe(to: key(journal))
            watch.listening = loop.spawn { while try await subscription.next() != nil { watch.changed.notify() } }
        }
        return watch
    }

    /// How many journals are listened to.
    var followedCount: Int { watches.count }

    /// Listens a little longer, since the last time that nobody waited: who waited for one event mostly comes for the next.
    private func leave(_ journal: JournalID, _ watch: Watch) {
        watch.waiting -= 1
        guard watch.waiting == 0 else { return }
        watch.leaves += 1
        let leave = watch.leaves
        loop.schedule(after: Self.linger) { [weak self] in
            guard watch.waiting == 0, watch.leaves == leave, self?.watches[journal] === watch else { return }
            self?.watches[journal] = nil
            watch.listening?.cancel()
        }
    }
}
