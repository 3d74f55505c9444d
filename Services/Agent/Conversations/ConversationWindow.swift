package import EventLoop
internal import JSON
package import PostgresClient
package import RedisClient
internal import ServiceKit
package import WireProtocol

/// The latest messages of conversations: those that this loop saw of late, then what Redis has, rebuilt from PostgreSQL when they are missing
/// there. Messages never change, so what is kept is either right or incomplete, and their dense ordinals tell which. Without Redis, PostgreSQL
/// answers.
package final class ConversationWindow: ConversationHistory {
    private let loop: EventLoop
    private let database: PostgresClient
    private let redis: RedisClient?
    private let limits: WindowLimits
    private let store = MessageStore()
    /// Newest first.
    private var recent = RecentCache<Place, [Message]>(capacity: 256)

    private struct Place: Hashable {
        let conversation: ConversationID
        let organization: OrganizationID
    }

    private static let expiry = Duration.seconds(3600)

    package init(loop: EventLoop, database: PostgresClient, redis: RedisClient?, limits: WindowLimits = WindowLimits()) {
        self.loop = loop
        self.database = database
        self.redis = redis
        self.limits = limits
    }

    package func messages(
        of conversation: ConversationID, in organization: OrganizationID, before ordinal: Int
    ) async throws -> [Message] {
        try await messages(of: conversation, in: organization, before: ordinal, and: [])
    }

    package func messages(upTo message: Message, in organization: OrganizationID) async throws -> [Message] {
        if message.ordinal == 1 { return [message] }
        return try await messages(of: message.conversationID, in: organization, before: message.ordinal, and: [message])
    }

    /// - Parameter known: What follows at the ordinal.
    private func messages(
        of conversation: ConversationID, in organization: OrganizationID, before ordinal: Int, and known: [Message]
    ) async throws -> [Message] {
        let place = Place(conversation: conversation, organization: organization)
        if let recent = Self.dense(recent.value(for: place) ?? [], before: ordinal), let window = limits.window(of: known + recent) {
            return window
        }
        if let kept = await kept(conversation, organization, before: ordinal), let window = limits.window(of: known + kept) {
            return window
        }
        let stored = try await store.messages(
            of: conversation, before: ordinal, within: limits, in: database.as(organization))
        await keep(stored.reversed(), conversation, organization)
        return limits.window(of: known + stored) ?? []
    }

    package func committed(_ messages: [Message], in organization: OrganizationID) {
        remember(messages, organization)
        guard let redis, let first = messages.first, let last = messages.last else { return }
        let encoded = messages.compactMap { try? JSONCodec.encode($0) }
        let key = Self.key(first.conversationID, organization)
        // Only to what is there: a list that begins with these messages would be of no use, unless nothing was said before. What gets lost is
        // missed by the next reader.
        var commands: [[RedisArgument]] = [
            [first.ordinal == 1 ? "RPUSH" : "RPUSHX", .string(key)] + encoded.map { .bytes($0) },
            ["EXPIRE", .string(key), .integer(Int(Self.expiry.components.seconds))],
        ]
        if last.ordinal > limits.messages { commands.append(["LTRIM", .string(key), .integer(-limits.messages), "-1"]) }
        loop.spawnUnobserved { _ = try? await redis.pipeline(commands) }
    }

    private func remember(_ messages: [Message], _ organization: OrganizationID) {
        guard let first = messages.first else { return }
        let place = Place(conversation: first.conversationID, organization: organization)
        let before = recent.value(for: place) ?? []
        guard first.ordinal == 1 || before.first?.ordinal == first.ordinal - 1 else { return }
        if let needed = limits.needed(of: messages.reversed() + before) { recent.store(needed, for: place) } else { recent.remove(place) }
    }

    /// Forgets a conversation that was removed. What Redis does not hear of now, it forgets within the hour; other loops forget what they remember as
    /// others take its place, and nobody is shown it: whoever asks for a removed conversation is told that there is none.
    func drop(_ conversation: ConversationID, in organization: OrganizationID) async {
        recent.remove(Place(conversation: conversation, organization: organization))
        _ = try? await redis?.delete(Self.key(conversation, organization))
    }

    /// What Redis has, newest first; nil when it lacks a part, or cannot be asked.
    private func kept(_ conversation: ConversationID, _ organization: OrganizationID, before ordinal: Int) async -> [Message]? {
        guard let redis, let list = try? await redis.list(Self.key(conversation, organization)) else { return nil }
        var newestFirst: [Message] = []
        for bytes in list.reversed() {
            guard let message = try? JSONCodec.decode(Message.self, from: bytes, unknownFields: .ignored) else { return nil }
            newestFirst.append(message)
        }
        return Self.dense(newestFirst, before: ordinal)
    }

    /// The messages before an ordinal; nil when there are none, or when one is missing.
    private static func dense(_ newestFirst: [Message], before ordinal: Int) -> [Message]? {
        let before = newestFirst.drop { $0.ordinal >= ordinal }
        for (distance, message) in before.enumerated() where message.ordinal != ordinal - 1 - distance { return nil }
        return before.isEmpty ? nil : Array(before)
    }

    private func keep(_ messages: [Message], _ conversation: ConversationID, _ organization: OrganizationID) async {
        let encoded = messages.compactMap { try? JSONCodec.encode($0) }
        guard let redis, !encoded.isEmpty else { return }
        let key = Self.key(conversation, organization)
        _ = try? await redis.pipeline([
            ["DEL", .string(key)], ["RPUSH", .string(key)] + encoded.map { .bytes($0) },
            ["EXPIRE", .string(key), .integer(Int(Self.expiry.components.seconds))],
        ])
    }

    private static func key(_ conversation: ConversationID, _ organization: OrganizationID) -> String {
        "agent:window:\(organization):\(conversation)"
    }
}
