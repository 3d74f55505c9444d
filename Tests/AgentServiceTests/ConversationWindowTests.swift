import AgentService
import EventLoop
import PostgresClient
import RedisClient
import ServiceKit
import Support
import Testing
import WireProtocol

@Suite("The conversation window", .timeLimit(.minutes(15)))
struct ConversationWindowTests {
    private static func message(_ ordinal: Int, bytes: Int) -> Message {
        Message(
            id: .sample, conversationID: .sample, ordinal: ordinal, role: ordinal % 2 == 1 ? .user : .assistant,
            content: String(repeating: "x", count: bytes), createdAt: .sample)
    }

    @Test(
        "it holds the latest messages that fit, and begins with what a person said",
        arguments: [
            ([], 4, 100, []), ([1], 4, 100, [1]), ([1, 2, 3], 4, 100, [1, 2, 3]), ([1, 2, 3, 4, 5], 3, 100, [3, 4, 5]),
            ([1, 2, 3, 4, 5], 4, 100, [3, 4, 5]), ([1, 2, 3, 4, 5], 9, 35, [3, 4, 5]), ([1, 2, 3, 4, 5], 9, 30, [3, 4, 5]),
            ([1, 2, 3, 4, 5], 9, 29, [5]), ([1, 2, 3], 9, 5, [3]), ([3, 4, 5], 3, 100, [3, 4, 5]), ([4, 5], 9, 15, [5]),
        ] as [([Int], Int, Int, [Int])])
    func limits(ordinals: [Int], messages: Int, bytes: Int, expected: [Int]) {
        let window = WindowLimits(messages: messages, bytes: bytes).window(of: ordinals.reversed().map { Self.message($0, bytes: 10) })
        #expect(window?.map(\.ordinal) == expected)
    }

    @Test("too few messages do not say where it begins")
    func unknownBeginning() {
        #expect(WindowLimits(messages: 4, bytes: 100).window(of: [Self.message(5, bytes: 10), Self.message(4, bytes: 10)]) == nil)
    }

    @Test("Redis and PostgreSQL give the same, whatever was lost on the way", arguments: [true, false])
    func sameFromBoth(hasRedis: Bool) async throws {
        try await withAgentRoutes { routes in
            try await withRedis(on: routes.loop) { redis, _ in
                let person = routes.issuer.makePerson()
                let conversation = try await routes.makeConversation(for: person, with: try await routes.makeAgent(for: person).id).id
                let window = ConversationWindow(
                    loop: routes.loop, database: routes.database, redis: hasRedis ? redis : nil, limits: WindowLimits(messages: 4))
                func texts(before ordinal: Int) async throws -> [String] {
                    try await window.messages(of: conversation, in: person.organization, before: ordinal).map(\.content)
                }
                #expect(try await texts(before: 1) == [])
                var said = try await routes.say(["a", "b", "c"], in: conversation, of: person)
                #expect(try await texts(before: 4) == ["a", "b", "c"])
                #expect(try await texts(before: 2) == ["a"])
                said += try await routes.say(["d", "e"], in: conversation, of: person, from: 4)
                window.committed([said[3], said[4]], in: person.organization)
                #expect(try await texts(before: 6) == ["c", "d", "e"])
                // This one is never told of.
                said += try await routes.say(["f", "g"], in: conversation, of: person, from: 6)
                window.committed([said[6]], in: person.organization)
                #expect(try await texts(before: 8) == ["e", "f", "g"])
                #expect(try await texts(before: 4) == ["a", "b", "c"])
                #expect(try await texts(before: 8) == ["e", "f", "g"])
                let stranger = routes.issuer.makePerson()
                #expect(try await window.messages(of: conversation, in: stranger.organization, before: 8) == [])
            }
        }
    }

    @Test("what Redis holds is used, and what it cannot have is not believed")
    func usesRedis() async throws {
        try await withAgentRoutes { routes in
            try await withRedis(on: routes.loop) { redis, _ in
                let person = routes.issuer.makePerson()
                let conversation = try await routes.makeConversation(for: person, with: try await routes.makeAgent(for: person).id).id
                try await routes.say(["a", "b", "c"], in: conversation, of: person)
                let window = ConversationWindow(loop: routes.loop, database: routes.database, redis: redis)
                _ = try await window.messages(of: conversation, in: person.organization, before: 4)
                try await routes.administrator.query(
                    "UPDATE agent.messages SET content = 'changed' WHERE conversation_id = \(conversation)")
                func texts() async throws -> [String] {
                    try await window.messages(of: conversation, in: person.organization, before: 4).map(\.content)
                }
                #expect(try await texts() == ["a", "b", "c"])
                let keys = try await redis.send(["KEYS", .string("agent:window:*:\(conversation)")])
                guard case .array(let found) = keys, case .bytes(let key)? = found.first else {
                    Issue.record("no key: \(keys)")
                    return
                }
                _ = try await redis.send(["RPUSH", .bytes(key), "not a message"])
                #expect(try await texts() == ["changed", "changed", "changed"])
                _ = try await redis.send(["SET", .bytes(key), "no list"])
                #expect(try await texts() == ["changed", "changed", "changed"])
            }
        }
    }

    @Test("no more of long messages is read and kept than the window needs")
    func longMessages() async throws {
        try await withAgentRoutes { routes in
            try await withRedis(on: routes.loop) { redis, _ in
                let person = routes.issuer.makePerson()
                let conversation = try await routes.makeConversation(for: person, with: try await routes.makeAgent(for: person).id).id
                try await routes.say((1...9).map { String(repeating: "\($0)", count: 60) }, in: conversation, of: person)
                func window(_ bytes: Int) async throws -> [String] {
                    let window = ConversationWindow(
                        loop: routes.loop, database: routes.database, redis: redis, limits: WindowLimits(messages: 8, bytes: bytes))
                    return try await window.messages(of: conversation, in: person.organization, before: 10).map {
                        String($0.content.prefix(1))
                    }
                }
                for (bytes, texts, kept) in [(10, ["9"], 2), (200, ["7", "8", "9"], 4), (1000, ["3", "4", "5", "6", "7", "8", "9"], 8)] {
                    let key = "agent:window:\(person.organization):\(conversation)"
                    _ = try await redis.delete(key)
                    #expect(try await window(bytes) == texts)
                    #expect(try await redis.list(key).count == kept)
                    #expect(try await window(bytes) == texts)
                }
            }
        }
    }

    @Test(
        "what was said from the first message on is known without PostgreSQL, to this replica and by Redis to others",
        arguments: [true, false])
    func knowsTheFirst(asksAnother: Bool) async throws {
        try await withAgentRoutes { routes in
            try await withRedis(on: routes.loop) { redis, _ in
                let organization = routes.issuer.makePerson().organization
                let told = ConversationWindow(loop: routes.loop, database: routes.database, redis: asksAnother ? redis : nil)
                let asked = asksAnother ? ConversationWindow(loop: routes.loop, database: routes.database, redis: redis) : told
                let said = Self.conversation(ConversationID(routes.loop.makeID()), [10, 10, 10, 10])
                #expect(try await asked.messages(upTo: said[0], in: organization) == [said[0]])
                told.committed(Array(said[..<2]), in: organization)
                try await routes.loop.sleep(for: .zero)
                #expect(try await asked.messages(upTo: said[2], in: organization) == Array(said[..<3]))
                told.committed(Array(said[2...]), in: organization)
                try await routes.loop.sleep(for: .zero)
                #expect(try await asked.messages(of: said[0].conversationID, in: organization, before: 5) == said)
                #expect(try await asked.messages(of: said[0].conversationID, in: organization, before: 2) == [said[0]])
            }
        }
    }

    @Test("what a replica remembers is no more than windows need, and belongs to one organisation")
    func remembered() async throws {
        try await withAgentRoutes { routes async throws in
            let organization = routes.issuer.makePerson().organization
            let window = ConversationWindow(
                loop: routes.loop, database: routes.database, redis: nil, limits: WindowLimits(messages: 4, bytes: 100))
            let conversation = ConversationID(routes.loop.makeID())
            let said = Self.conversation(conversation, [10, 10, 10, 10, 80, 10, 10, 300, 10])
            func ordinals(before ordinal: Int) async throws -> [Int] {
                try await window.messages(of: conversation, in: organization, before: ordinal).map(\.ordinal)
            }
            for first in stride(from: 0, to: 6, by: 2) { window.committed(Array(said[first..<first + 2]), in: organization) }
            #expect(try await ordinals(before: 7) == [5, 6])
            // Of what lies further back PostgreSQL would know, had it ever heard of it.
            #expect(try await ordinals(before: 5) == [])
            #expect(try await window.messages(of: conversation, in: routes.issuer.makePerson().organization, before: 7) == [])
            window.committed(Array(said[6..<8]), in: organization)
            #expect(try await ordinals(before: 9) == [])
        }
    }

    private static func conversation(_ id: ConversationID, _ sizes: [Int]) -> [Message] {
        sizes.enumerated().map { index, bytes in
            var message = message(index + 1, bytes: bytes)
            message.conversationID = id
            return message
        }
    }

    @Test("without a connection to Redis PostgreSQL answers at once")
    func redisGone() async throws {
        try await withAgentRoutes { routes in
            let person = routes.issuer.makePerson()
            let conversation = try await routes.makeConversation(for: person, with: try await routes.makeAgent(for: person).id).id
            let said = try await routes.say(["a"], in: conversation, of: person)
            let redis = RedisClient(on: routes.loop, configuration: RedisConfiguration(address: .unix("/nonexistent/redis.sock")))
            let running = routes.loop.spawn { try await redis.run() }
            defer { running.cancel() }
            let window = ConversationWindow(loop: routes.loop, database: routes.database, redis: redis)
            window.committed(said, in: person.organization)
            #expect(try await window.messages(of: conversation, in: person.organization, before: 2) == said)
        }
    }
}
