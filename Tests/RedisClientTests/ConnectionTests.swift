import EventLoop
import RedisClient
import Support
import Testing

@Suite("Redis connections and subscriptions", .timeLimit(.minutes(15)))
struct ConnectionTests {
    private func message(_ text: String) -> RedisSubscription.Event { .message(Array(text.utf8)) }

    @Test("when the connection is lost every waiting command fails, and the next ones are answered on a new one")
    func loss() async throws {
        try await withRelay { loop, relay, redis in
            _ = try await redis.send(["PING"])
            relay.holdsAnswers = true
            let calls = (0..<100).map { _ in loop.spawn { try await redis.send(["PING"]) } }
            loop.schedule(after: .milliseconds(5)) {
                relay.holdsAnswers = false
                relay.cut()
            }
            for call in calls {
                let error = await #expect(throws: RedisError.self) { _ = try await call.value }
                guard case .connectionLost = error else { throw error ?? .overloaded }
            }
            #expect(try await redis.send(["PING"]) == .status("PONG"))
            #expect(relay.connections == 2)
        }
    }

    @Test("while Redis is down commands fail at once, and when it is back they work")
    func down() async throws {
        try await withRelay { loop, relay, redis in
            _ = try await redis.send(["PING"])
            relay.goDown()
            for _ in 0..<20 {
                let error = await #expect(throws: RedisError.self) { _ = try await redis.send(["PING"]) }
                if case .unavailable = error { break }
            }
            for _ in 0..<50 {
                let error = await #expect(throws: RedisError.self) { _ = try await redis.send(["PING"]) }
                guard case .unavailable = error else { throw error ?? .overloaded }
            }
            #expect(!redis.isConnected)
            try relay.goUp()
            try await redis.untilAvailable(on: loop)
            #expect(redis.isConnected)
        }
    }

    @Test("a connection that gives no answer is given up")
    func silence() async throws {
        try await withRelay({ $0.responseTimeout = .milliseconds(100) }) { loop, relay, redis in
            try await redis.untilAvailable(on: loop)
            relay.holdsAnswers = true
            await #expect(throws: RedisError.connectionLost("no answer in time")) { _ = try await redis.send(["PING"]) }
            relay.holdsAnswers = false
            try await redis.untilAvailable(on: loop)
        }
    }

    @Test("more commands than may wait are refused")
    func bounded() async throws {
        try await withRelay({ $0.pendingCommands = 3 }) { loop, relay, redis in
            _ = try await redis.send(["PING"])
            let calls = (0..<5).map { _ in loop.spawn { try await redis.send(["PING"]) } }
            var refused = 0
            for call in calls {
                do { _ = try await call.value } catch RedisError.overloaded { refused += 1 }
            }
            #expect(refused == 2)
        }
    }

    @Test("a wrong password and a database that is not there are reported")
    func greeting() async throws {
        for change in [{ $0.password = "wrong" }, { $0.database = 60_000 }] as [@Sendable (inout RedisConfiguration) -> Void] {
            try await withRelay(change) { _, _, redis in
                let error = await #expect(throws: RedisError.self) { _ = try await redis.send(["PING"]) }
                guard case .unavailable(let reason) = error else { throw error ?? .overloaded }
                #expect(reason.contains("ERR"))
            }
        }
    }

    @Test("the database that was asked for is the one that is used")
    func database() async throws {
        try await withRelay({ $0.database = 1 }) { _, _, redis in
            let info = try await redis.send(["CLIENT", "INFO"]).string
            #expect(info?.contains(" db=1 ") == true)
        }
    }

    @Test("a subscriber is told to catch up first, and then gets every message in order")
    func subscription() async throws {
        try await withLoop { loop in
            try await withRedis(on: loop) { redis, prefix in
                let channel = prefix + "channel"
                let first = redis.subscribe(to: channel)
                #expect(try await first.next() == .gap)
                let second = redis.subscribe(to: channel)
                #expect(try await second.next() == .gap)
                let other = redis.subscribe(to: prefix + "other")
                #expect(try await other.next() == .gap)
                for number in 0..<100 { #expect(try await redis.publish(Array("\(number)".utf8), to: channel) == 1) }
                for number in 0..<100 {
                    #expect(try await first.next() == message("\(number)"))
                    #expect(try await second.next() == message("\(number)"))
                }
                try await redis.publish([], to: prefix + "other")
                #expect(try await other.next() == .message([]))
            }
        }
    }

    @Test("letting go of the last subscription ends it, and the channel can be subscribed to again")
    func unsubscribe() async throws {
        try await withLoop { loop in
            try await withRedis(on: loop) { redis, prefix in
                let channel = prefix + "channel"
                for _ in 0..<3 {
                    do {
                        let subscription = redis.subscribe(to: channel)
                        #expect(try await subscription.next() == .gap)
                        #expect(try await redis.publish([1], to: channel) == 1)
                        #expect(try await subscription.next() == .message([1]))
                    }
                    try await loop.eventually { try await redis.publish([2], to: channel) == 0 }
                }
            }
        }
    }

    @Test("subscribers of one channel come and go in any order, and each is told to catch up")
    func manySubscribers() async throws {
        try await withLoop { loop in
            try await withRedis(on: loop) { redis, channel in
                var subscriptions: [RedisSubscription] = []
                for round in 0..<6 {
                    let next = redis.subscribe(to: channel)
                    #expect(try await next.next() == .gap)
                    subscriptions.append(next)
                    if round.isMultiple(of: 2) { subscriptions.removeFirst() }
                }
                // The last one goes and another comes before Redis has heard of either.
                subscriptions = []
                let again = redis.subscribe(to: channel)
                #expect(try await again.next() == .gap)
                let receivers = try await redis.publish([1], to: channel)
                #expect(receivers == 1)
                #expect(try await again.next() == .message([1]))
            }
        }
    }

    @Test("after a lost connection a subscriber is told to catch up, and goes on")
    func resubscribe() async throws {
        try await withRelay { loop, relay, redis in
            let channel = "test:\(loop.random.next())"
            let subscription = redis.subscribe(to: channel)
            #expect(try await subscription.next() == .gap)
            for round in 0..<3 {
                try await redis.untilAvailable(on: loop)
                try await redis.publish(Array("\(round)".utf8), to: channel)
                #expect(try await subscription.next() == message("\(round)"))
                relay.cut()
                #expect(try await subscription.next() == .gap)
            }
        }
    }

    @Test("a subscriber that is too slow loses what it missed and is told so")
    func slowSubscriber() async throws {
        try await withLoop { loop in
            try await withRedis(on: loop) { redis, prefix in
                let subscription = redis.subscribe(to: prefix)
                #expect(try await subscription.next() == .gap)
                for batch in 0..<3 {
                    _ = try await redis.pipeline((0..<1000).map { ["PUBLISH", .string(prefix), .integer(batch * 1000 + $0)] })
                }
                let last = redis.subscribe(to: prefix + "last")
                #expect(try await last.next() == .gap)
                #expect(try await subscription.next() == .gap)
                var received = 0
                var latest: RedisSubscription.Event?
                while latest != message("2999") {
                    latest = try await subscription.next()
                    received += 1
                }
                #expect(received <= 1024)
            }
        }
    }

    @Test("closing the client ends its subscriptions and refuses commands")
    func closing() async throws {
        try await withLoop { loop in
            let redis = RedisClient(on: loop, configuration: try testRedisConfiguration())
            let running = loop.spawn { try await redis.run() }
            let subscription = redis.subscribe(to: "test:closing")
            #expect(try await subscription.next() == .gap)
            running.cancel()
            #expect(try await subscription.next() == nil)
            await #expect(throws: RedisError.unavailable("closed")) { _ = try await redis.send(["PING"]) }
            await #expect(throws: CancellationError.self) { _ = try await running.value }
        }
    }
}
