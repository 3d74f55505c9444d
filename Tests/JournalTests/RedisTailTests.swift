import EventLoop
import RedisClient
import Support
import Testing
import WireProtocol

@testable import Journal

@Suite("The tail in Redis", .timeLimit(.minutes(15)))
struct RedisTailTests {
    private let kind = JournalKind(schema: "library", name: "loan", version: 1, finalTypes: ["ended"])

    private static func event(_ sequence: Int) -> NumberedEvent {
        NumberedEvent(sequence: sequence, type: "said", data: Array(#"{"type":"said","text":"\#(sequence)"}"#.utf8))
    }

    @Test("what is shown on one replica reaches who follows on another, and a gap gives nothing")
    func follows() async throws {
        try await withLoop { loop in
            try await withRedis(on: loop) { redis, _ in
                let journal = JournalID(loop.makeID())
                let writer = RedisTail(redis, kind, on: loop)
                let reader = RedisTail(redis, kind, on: loop)
                let waiting = loop.spawn {
                    var events: [NumberedEvent] = []
                    while events.isEmpty { events = try await reader.events(of: journal, after: 2, atMost: .seconds(10)) }
                    return events
                }
                // A follower that waits looks again when something is published; the first look may have been before.
                _ = try await redis.send(["PING"])
                writer.publish([Self.event(3), Self.event(4)], of: journal)
                #expect(try await waiting.value == [Self.event(3), Self.event(4)])
                #expect(try await reader.events(of: journal, after: 3, atMost: .zero) == [Self.event(4)])
                #expect(try await reader.events(of: journal, after: 1, atMost: .zero) == [])
                writer.publish([Self.event(3)], of: journal)
                _ = try await redis.send(["PING"])
                #expect(try await reader.events(of: journal, after: 2, atMost: .zero) == [Self.event(3), Self.event(4)])
            }
        }
    }

    @Test("a stream keeps the events of a long reply, though they are written at once, and not many more")
    func bounded() async throws {
        try await withLoop { loop in
            try await withRedis(on: loop) { redis, _ in
                let journal = JournalID(loop.makeID())
                let tail = RedisTail(redis, kind, on: loop)
                tail.publish((1...30_000).map(Self.event), of: journal)
                try await loop.eventually { try await !tail.events(of: journal, after: 29_999, atMost: .zero).isEmpty }
                #expect(try await tail.events(of: journal, after: 0, atMost: .zero) == (1...1000).map(Self.event))
                for first in stride(from: 30_001, to: 50_000, by: 5000) {
                    tail.publish((first..<first + 5000).map(Self.event), of: journal)
                }
                try await loop.eventually { try await !tail.events(of: journal, after: 49_999, atMost: .zero).isEmpty }
                let length = try await redis.send(["XLEN", .string("library:tail:\(journal)")]).integer ?? 0
                #expect((40_000...40_200).contains(length), "\(length)")
                let life = try await redis.send(["TTL", .string("library:tail:\(journal)")]).integer ?? 0
                #expect((60...300).contains(life), "\(life)")
                #expect(try await tail.events(of: journal, after: 1, atMost: .zero) == [])
            }
        }
    }

    @Test("what Redis cannot take in time is left out as a whole, and what comes later is sent")
    func overflow() async throws {
        try await withLoop { loop in
            try await withRedis(on: loop) { redis, _ in
                let tail = RedisTail(redis, kind, on: loop)
                let (long, short) = (JournalID(loop.makeID()), JournalID(loop.makeID()))
                let large = NumberedEvent(sequence: 1, type: "said", data: Array(repeating: 0x20, count: 6 << 20))
                tail.publish([Self.event(1)], of: short)
                tail.publish([large], of: long)
                tail.publish([NumberedEvent(sequence: 2, type: "said", data: large.data)], of: long)
                tail.publish([NumberedEvent(sequence: 3, type: "said", data: large.data)], of: long)
                tail.publish([Self.event(2)], of: short)
                try await loop.eventually { try await !tail.events(of: short, after: 1, atMost: .zero).isEmpty }
                #expect(try await tail.events(of: short, after: 0, atMost: .zero).isEmpty)
                #expect(try await tail.events(of: long, after: 0, atMost: .zero).isEmpty)
            }
        }
    }

    @Test("a journal is listened to for five seconds after the last one who waited has left, not after the first")
    func lingers() throws {
        try withSimulatedLoop { loop in
            // It is never connected: every look gives nothing.
            let redis = RedisClient(on: loop, configuration: RedisConfiguration(address: .unix("/nowhere")))
            let tail = RedisTail(redis, kind, on: loop)
            let journal = JournalID(loop.makeID())
            for _ in 0..<3 {
                _ = try await tail.events(of: journal, after: 1, atMost: .zero)
                try await loop.sleep(for: .seconds(3))
            }
            #expect(tail.followedCount == 1)
            try await loop.sleep(for: .seconds(1))
            #expect(tail.followedCount == 1)
            try await loop.sleep(for: .seconds(2))
            #expect(tail.followedCount == 0)
        }
    }

    @Test("a note wakes the other replicas")
    func wakes() async throws {
        try await withLoop { loop in
            try await withRedis(on: loop) { redis, _ in
                let (here, there) = (RedisWake(redis, kind, on: loop), RedisWake(redis, kind, on: loop))
                let listening = loop.spawn { try await there.run() }
                defer { listening.cancel() }
                let journal = JournalID(loop.makeID())
                let arrived = Signal(on: loop)
                var notes: [WakeNote] = []
                there.receive {
                    notes.append($0)
                    arrived.notify()
                }
                // The gap that every subscription begins with says that it listens.
                try await arrived.wait { notes.isEmpty }
                let sent: [WakeNote] = [.cancelRequested(journal), .input(journal), .followed(journal), .unclaimed]
                for note in sent { here.send(note) }
                try await arrived.wait { notes.count < 1 + sent.count }
                #expect(notes.first == .unclaimed)
                #expect(Set(notes.dropFirst()) == Set(sent))
            }
        }
    }
}
