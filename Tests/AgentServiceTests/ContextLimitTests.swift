import AgentService
import JSON
import Testing
import WireProtocol

@Suite("The context of a model")
struct ContextLimitTests {
    /// Messages of 30 bytes, estimated at 18 tokens each.
    private func request(_ roles: [ModelMessage.Role]) -> ModelRequest {
        ModelRequest(
            model: ModelChoice(provider: "local", name: "m"),
            messages: roles.enumerated().map { ModelMessage($1, "\($0)" + String(repeating: "x", count: 29)) })
    }

    private func kept(_ tokens: Int, _ roles: [ModelMessage.Role]) throws -> [Int] {
        try ContextLimit(tokens: tokens, reply: 10).fit(request(roles)).messages.compactMap { Int($0.content.prefix(1)) }
    }

    @Test("the oldest messages are left out, never the instructions and the last one")
    func oldest() throws {
        let roles: [ModelMessage.Role] = [.system, .user, .assistant, .user, .assistant, .user]
        #expect(try kept(118, roles) == [0, 1, 2, 3, 4, 5])
        #expect(try kept(117, roles) == [0, 3, 4, 5])
        #expect(try kept(81, roles) == [0, 5])
        #expect(try kept(46, roles) == [0, 5])
        #expect(try kept(28, [.user]) == [0])
    }

    @Test("the answer of a tool is never left without what asked for it, and calls and tools count")
    func tools() throws {
        #expect(try kept(118, [.system, .user, .assistant, .tool, .tool, .assistant]) == [0, 1, 2, 3, 4, 5])
        #expect(try kept(117, [.system, .user, .assistant, .tool, .tool, .assistant]) == [0, 2, 3, 4, 5])
        #expect(try kept(99, [.system, .user, .assistant, .tool, .tool, .assistant]) == [0, 5])
        #expect(throws: ModelCallError.self) { try kept(63, [.system, .user, .assistant, .tool]) }
        var request = self.request([.user, .assistant, .tool])
        let limit = ContextLimit(tokens: 64, reply: 10)
        #expect(try limit.fit(request).messages.count == 3)
        request.messages[1].toolCalls = [IdentifiedToolCall(id: "c", call: RequestedToolCall(name: "t", arguments: "{}"))]
        #expect(try limit.fit(request).messages.count == 2)
        request.messages[1].toolCalls = []
        request.tools = [ToolOffer(name: "t", description: "Does it.", parameters: ["type": "object"])]
        #expect(try limit.fit(request).messages.count == 2)
    }

    /// A question, an earlier round, and one with answers of so many bytes.
    private func rounds(_ sizes: [Int]) -> ModelRequest {
        var request = request([.system, .user, .assistant, .tool, .assistant])
        request.messages[2].toolCalls = [IdentifiedToolCall(id: "0", call: RequestedToolCall(name: "t", arguments: "{}"))]
        request.messages[4].toolCalls = sizes.indices.map {
            IdentifiedToolCall(id: "\($0 + 1)", call: RequestedToolCall(name: "t", arguments: "{}"))
        }
        request.messages += sizes.map { ModelMessage(.tool, "b" + String(repeating: "ö", count: ($0 - 2) / 2) + "e") }
        return request
    }

    @Test("what a tool gives that is longer than the model reads is cut, and the question stays", arguments: 300...330)
    func longAnswers(tokens: Int) throws {
        let fitted = try ContextLimit(tokens: tokens, reply: 10).fit(rounds([90, 12_000, 9000])).messages
        #expect(TokenEstimate.of(fitted) <= tokens - 10)
        #expect(fitted.map(\.role) == [.system, .user, .assistant, .tool, .tool, .tool])
        #expect(fitted[1].content.hasPrefix("1") && fitted[2].content.hasPrefix("4"))
        #expect(fitted[3].content.utf8.count == 90)
        for answer in fitted.suffix(2) {
            #expect(answer.content.hasPrefix("bö") && answer.content.hasSuffix("öe") && answer.content.contains("left out"))
            #expect(answer.content.utf8.count > 192 - 6)
        }
    }

    @Test("earlier rounds go before the question does, and what cannot be cut to anything useful is refused")
    func longRounds() throws {
        let whole = rounds([90, 90])
        let size = TokenEstimate.of(whole.messages)
        #expect(try ContextLimit(tokens: size + 10, reply: 10).fit(whole).messages == whole.messages)
        let fitted = try ContextLimit(tokens: size + 9, reply: 10).fit(whole).messages
        #expect(fitted.map { $0.content.prefix(1) } == ["0", "1", "4", "b", "b"])
        #expect(throws: ModelCallError.self) { try ContextLimit(tokens: 200, reply: 10).fit(rounds([12_000, 12_000])) }
    }

    @Test("instructions and a message that do not fit are refused, with how long they are")
    func tooLong() throws {
        #expect(throws: ModelCallError.self) { try kept(45, [.system, .user]) }
        #expect(throws: ModelCallError.self) { try kept(27, [.user]) }
        let error = #expect(throws: ModelCallError.self) { try ContextLimit(tokens: 40).fit(request([.system, .user])) }
        guard case .refused(let text)? = error else { throw try #require(error) }
        #expect(text.contains("about 36 tokens") && text.contains("reads 40"))
    }
}
