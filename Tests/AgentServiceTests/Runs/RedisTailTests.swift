import AgentService
import EventLoop
import RedisClient
import Support
import Testing
import WireProtocol

@Suite("The tail in Redis")
struct RedisTailTests {
    private static func event(_ sequence: Int) -> NumberedEvent {
        NumberedEvent(sequence: sequence, type: "message.delta", data: Array(#"{"type":"message.delta","text":"\#(sequence)"}"#.utf8))
    }

    @Test("what is shown on one replica reaches who follows on another, and a gap gives nothing")
    func follows() async throws {
        try await withLoop { loop in
            try await withRedis(on: loop) { redis, _ in
                let run = RunID(loop.makeID())
                let writer = RedisTail(redis, on: loop)
                let reader = RedisTail(redis, on: loop)
                let waiting = loop.spawn {
                    var events: [NumberedEvent] = []
                    while events.isEmpty { events = try await reader.events(of: run, after: 2, atMost: .seconds(10)) }
                    return events
                }
                // A follower that waits looks again when something is published; the first look may have been before.
                _ = try await redis.send(["PING"])
                writer.publish([Self.event(3), Self.event(4)], of: run)
                #expect(try await waiting.value == [Self.event(3), Self.event(4)])
                #expect(try await reader.events(of: run, after: 3, atMost: .zero) == [Self.event(4)])
                #expect(try await reader.events(of: run, after: 1, atMost: .zero) == [])
                writer.publish([Self.event(3)], of: run)
                _ = try await redis.send(["PING"])
                #expect(try await reader.events(of: run, after: 2, atMost: .zero) == [Self.event(3), Self.event(4)])
            }
        }
    }

    @Test("a note wakes the other replicas")
    func wakes() async throws {
        try await withLoop { loop in
            try await withRedis(on: loop) { redis, _ in
                let (here, there) = (RedisWake(redis, on: loop), RedisWake(redis, on: loop))
                let listening = loop.spawn { try await there.run() }
                defer { listening.cancel() }
                let run = RunID(loop.makeID())
                let arrived = Signal(on: loop)
                var notes: [WakeNote] = []
                there.receive {
                    notes.append($0)
                    arrived.notify()
                }
                // The gap that every subscription begins with says that it listens.
                try await arrived.wait { notes.isEmpty }
                here.send(.cancelRequested(run))
                try await arrived.wait { !notes.contains(.cancelRequested(run)) }
                #expect(notes.first == .runsWaiting)
            }
        }
    }
}
