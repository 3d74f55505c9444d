import EventLoop
import HTTPClient
import HTTPMessage
import JSON
import WireProtocol

/// Calls an agent service as one person. Whatever does not go as it should ends the measurement.
final class AgentCaller {
    private let loop: EventLoop
    private let client: HTTPClient
    private let origin: HTTPOrigin
    private let token: String

    struct Unexpected: Error {
        let status: Int
        let body: String
    }

    init(_ loop: EventLoop, _ origin: HTTPOrigin, token: String) {
        self.loop = loop
        self.origin = origin
        self.token = token
        client = HTTPClient(on: loop, limits: HTTPClientLimits(lastingCalls: 1000))
    }

    /// Asks until the service is ready; throws after 30 seconds.
    func waitUntilReady() async throws {
        try await loop.withTimeout(.seconds(30)) { [self] in
            while (try? await client.send(HTTPClientRequest(.get, "/readyz"), to: origin))?.status != .ok {
                try await loop.sleep(for: .milliseconds(20))
            }
        }
    }

    /// New conversations with one agent.
    func makeConversations(_ count: Int, concurrency: Int) async throws -> [ConversationID] {
        let agent: Agent = try await post("/api/v1/agents", CreateAgent(name: "Measured", instructions: "You compute.", mode: .codeact))
        var made: [ConversationID] = []
        try await forEach(0..<count, concurrency: concurrency) { [self] _ in
            let conversation: Conversation = try await post("/api/v1/conversations", CreateConversation(agentID: agent.id))
            made.append(conversation.id)
        }
        return made
    }

    /// Has a run carried out in each conversation, and tells the seconds from the message to the reply.
    ///
    /// - Parameter interval: A run begins so long after the one before it, and its time counts from then on, even if it has to wait because
    ///   so many are in flight already. nil: each begins as soon as another has ended.
    func run(
        in conversations: [ConversationID], every interval: Duration? = nil, concurrency: Int, done: @escaping (Double) -> Void
    ) async throws {
        let beginning = loop.preciseNow
        var begun = 0
        try await forEach(conversations, concurrency: concurrency) { [self] conversation in
            var start = loop.preciseNow
            if let interval {
                start = beginning + interval * Double(begun)
                begun += 1
                try await loop.sleep(for: start - loop.preciseNow)
            }
            let receipt: MessageReceipt = try await post(
                "/api/v1/conversations/\(conversation)/messages", PostMessage(content: "What is 6 times 7?"),
                fields: ["prefer": "wait=30"])
            guard receipt.run.status == .completed, receipt.reply?.content.hasSuffix("It is 42.") == true else {
                throw Unexpected(status: 200, body: "the run is \(receipt.run.status), its reply \(receipt.reply?.content ?? "missing")")
            }
            done((loop.preciseNow - start).seconds)
        }
    }

    /// How long appends to the journal took since the service was started.
    func appendTimes() async throws -> CumulativeHistogram {
        let text = String(decoding: try await send(HTTPClientRequest(.get, "/metrics")), as: UTF8.self)
        return try CumulativeHistogram("troupe_journal_append_seconds", in: text)
    }

    private func forEach<Items: Collection>(
        _ items: Items, concurrency: Int, _ body: @escaping (Items.Element) async throws -> Void
    ) async throws {
        var rest = items.makeIterator()
        try await loop.withTaskScope { scope in
            for _ in 0..<concurrency {
                scope.spawn { while let item = rest.next() { try await body(item) } }
            }
        }
    }

    private func post<Answer: Decodable>(_ path: String, _ body: some Encodable, fields extra: HTTPFields = HTTPFields()) async throws
        -> Answer
    {
        var fields: HTTPFields = [.authorization: "Bearer " + token, .contentType: "application/json"]
        for field in extra { if let name = HTTPFieldName(field.name) { fields.append(name, field.value) } }
        let bytes = try await send(HTTPClientRequest(.post, path, fields: fields, body: .bytes(JSONCodec.encode(body))))
        return try JSONCodec.decode(Answer.self, from: bytes, unknownFields: .ignored)
    }

    private func send(_ request: HTTPClientRequest) async throws -> [UInt8] {
        let response = try await client.send(request, to: origin)
        let body = try await response.body.collect(upTo: 16 << 20)
        guard (200..<300).contains(response.status.code) else {
            throw Unexpected(status: response.status.code, body: String(decoding: body, as: UTF8.self))
        }
        return body
    }
}
