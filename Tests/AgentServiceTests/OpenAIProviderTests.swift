import AgentService
import EventLoop
import HTTPClient
import HTTPMessage
import JSON
import ScriptedModel
import Support
import Testing
import WireProtocol

@Suite("Models over the OpenAI protocol", .timeLimit(.minutes(15)))
struct OpenAIProviderTests {
    private static func configuration(_ server: ScriptedModelServer, key: String? = nil) -> OpenAIProvider.Configuration {
        OpenAIProvider.Configuration(
            name: "local", origin: HTTPOrigin(host: "127.0.0.1", port: server.port), path: "/v1/", apiKey: key, defaultModel: "m")
    }

    private static let request = ModelRequest(
        model: ModelChoice(provider: "local", name: "m"), messages: [ModelMessage(.system, "Be brief."), ModelMessage(.user, "Hello?")])

    /// Runs `body` with a provider whose calls a scripted server answers.
    private func withProvider(
        _ script: ModelScript, key: String? = nil, _ configure: @escaping @Sendable (inout OpenAIProvider.Configuration) -> Void = { _ in },
        _ body: @escaping @Sendable (OpenAIProvider, ScriptedModelServer, EventLoop) async throws -> Void
    ) async throws {
        try await withLoop { loop in
            let server = try ScriptedModelServer(on: loop, script)
            let serving = loop.spawn { try await server.serve() }
            defer { serving.cancel() }
            var configuration = Self.configuration(server, key: key)
            configure(&configuration)
            try await body(try OpenAIProvider(on: loop, configuration, calls: 8), server, loop)
        }
    }

    private func error(_ provider: OpenAIProvider, _ receive: (String) -> Void = { _ in }) async -> (any Error)? {
        do {
            _ = try await provider.call(Self.request) {
                receive($0)
                return .more
            }
            return nil
        } catch { return error }
    }

    @Test("a reply arrives piece by piece, with its end and what it used")
    func reply() async throws {
        try await withProvider(.turns(.text("Good day to you.", deltaLength: 5))) { provider, server, _ in
            var pieces: [String] = []
            var request = Self.request
            request.temperature = 0.5
            let outcome = try await provider.call(request) {
                pieces.append($0)
                return .more
            }
            #expect(pieces == ["Good ", "day t", "o you", "."])
            #expect(outcome == ModelOutcome(finishReason: .stop, usage: TokenUsage(inputTokens: 3, outputTokens: 4)))
            let sent = try #require(server.requests.first)
            #expect(sent.model == "m")
            #expect(sent.messages.map(\.role) == ["system", "user"])
            #expect(sent.messages.map(\.content) == ["Be brief.", "Hello?"])
            #expect(sent.stream == true)
            #expect(sent.streamOptions?.includeUsage == true)
            #expect(sent.temperature == 0.5)
            #expect(sent.maxTokens == nil)
        }
    }

    @Test("pieces may be cut anywhere on the wire, and text is any Unicode", arguments: [1, 2, 3, 7, 64])
    func fragments(writeSize: Int) async throws {
        let text = "Zwölf 🦉 owls\n\"said\" \u{1F469}\u{200D}\u{1F680}\t\\ \u{0000}"
        var answer = ScriptedAnswer.text(text, deltaLength: 3)
        answer.writeSize = writeSize
        let script = ModelScript.turns(answer)
        try await withProvider(script) { provider, _, _ in
            var reply = ""
            _ = try await provider.call(Self.request) {
                reply += $0
                return .more
            }
            // PostgreSQL could not keep what holds U+0000.
            #expect(reply == text.replacing("\u{0000}", with: ""))
        }
    }

    @Test("a piece is given as soon as it has come")
    func streaming() async throws {
        try await withProvider(.turns(ScriptedAnswer([.delta("a"), .wait("more"), .delta("b")]))) { provider, server, _ in
            var reply = ""
            _ = try await provider.call(Self.request) {
                reply += $0
                server.open("more")
                return .more
            }
            #expect(reply == "ab")
        }
    }

    @Test("who has enough ends the call at once")
    func enough() async throws {
        try await withProvider(.turns(ScriptedAnswer([.delta("a"), .delta("bcd"), .wait("never")]))) { provider, server, _ in
            var reply = ""
            let outcome = try await provider.call(Self.request) {
                reply += $0
                return reply == "abcd" ? .enough : .more
            }
            // "Be brief." and "Hello?" are 3 and 2 tokens, and 8 each for what stands around them.
            #expect(outcome == ModelOutcome(finishReason: .enough, usage: TokenUsage(inputTokens: 21, outputTokens: 1)))
            try await server.waitForAbandoned(1)
        }
    }

    @Test("what the reader of the text throws ends the call and is thrown on")
    func readerThrows() async throws {
        struct Stop: Error {}
        try await withProvider(.turns(ScriptedAnswer([.delta("a"), .wait("never")]))) { provider, server, _ in
            await #expect(throws: Stop.self) { try await provider.call(Self.request) { _ in throw Stop() } }
            try await server.waitForAbandoned(1)
        }
    }

    @Test("cancelling ends the call, before its head and within the text")
    func cancellation() async throws {
        let script = ModelScript.turns(ScriptedAnswer([], holdHead: "never"), ScriptedAnswer([.delta("a"), .wait("never")]))
        try await withProvider(script) { provider, server, loop in
            let first = loop.spawn { await error(provider) }
            try await server.waitForRequests(1)
            first.cancel()
            #expect(try await first.value is CancellationError)
            var second: LoopTask<(any Error)?>?
            second = loop.spawn { await error(provider) { _ in second?.cancel() } }
            #expect(try await second?.value is CancellationError)
            try await server.waitForAbandoned(1)
        }
    }

    @Test("calls one after another share a connection")
    func keepAlive() async throws {
        try await withProvider(ModelScript([ScriptedRule(.text("ok"))])) { provider, server, loop in
            let other = HTTPClient(on: loop)
            for _ in 0..<3 {
                #expect(await error(provider) == nil)
                // The end of the message is read behind the caller's back, while this one asks and waits.
                let models = try await other.send(
                    HTTPClientRequest(.get, "/v1/models"), to: HTTPOrigin(host: "127.0.0.1", port: server.port))
                _ = try await models.body.collect(upTo: 1000)
            }
            #expect(server.connectionCount == 2)
        }
    }

    @Test(
        "an answer that is no success says whether it may work another time",
        arguments: [
            (ScriptedAnswer.failure(500, "boom"), "unavailable The model's provider answered 500 (server_error)."),
            (.failure(503, "Loading model", type: "server_error"), "unavailable The model's provider answered 503 (server_error)."),
            (.failure(429, "slow down", retryAfter: "7"), "unavailable 7s The model's provider is asked too often (server_error)."),
            (
                .failure(429, "slow down, org-secret", type: "at host.internal", retryAfter: "99999999999999999999"),
                "unavailable The model's provider is asked too often."
            ),
            (.failure(429, "no money", type: "insufficient_quota"), "refused The account at the model's provider is used up."),
            (.failure(400, "too\n long", type: "invalid_request_error"), "refused The model's provider answered 400: too long"),
            (.failure(404, ""), "refused The model's provider answered 404."),
            (.failure(403, "not for key secret-key"), "refused The model's provider does not accept the API key (403)."),
            (.failure(422, "key secret-key is cursed"), "refused The model's provider answered 422: key *** is cursed"),
            (.failure(302, "elsewhere"), "refused The model's provider answered 302 (server_error)."),
        ])
    func failures(answer: ScriptedAnswer, expected: String) async throws {
        try await withProvider(.turns(answer), key: "secret-key") { provider, server, _ in
            server.apiKey = "secret-key"
            #expect(await error(provider).map(Self.describe) == expected)
        }
    }

    @Test("a long message of the provider is cut, and no part of the key is in it")
    func longMessage() async throws {
        let message = String(repeating: "x", count: 295) + "secret-key" + String(repeating: "y", count: 5000)
        try await withProvider(.turns(.failure(400, message)), key: "secret-key") { provider, _, _ in
            let text = await error(provider).map(Self.describe) ?? ""
            #expect(text.hasSuffix("xxx***yy…"))
        }
    }

    @Test("a wrong key is refused without being repeated")
    func wrongKey() async throws {
        try await withProvider(.turns(.text("ok")), key: "wrong-key") { provider, server, _ in
            server.apiKey = "right-key"
            #expect(await error(provider).map(Self.describe) == "refused The model's provider does not accept the API key (401).")
        }
    }

    @Test(
        "a stream that is none is an error, and what came before it counts as text",
        arguments: [
            (ScriptedAnswer([.delta("a"), .breakOff]), "unavailable The model's answer broke off."),
            (ScriptedAnswer([.delta("a")], finishReason: ""), "unavailable The model's answer broke off."),
            (ScriptedAnswer([.delta("a"), .raw("data: [DONE]\n\n")], finishReason: ""), "unavailable The model's answer broke off."),
            (ScriptedAnswer([.delta("a"), .raw("data: {\"choices\":[\n\n")]), unreadable),
            (ScriptedAnswer([.delta("a"), .raw("data: {\"choices\":{}}\n\n")]), unreadable),
            (ScriptedAnswer([.delta("a"), .raw("data: {\"choices\":[{\"delta\":{\"content\":7}}]}\n\n")]), unreadable),
            (ScriptedAnswer([.delta("a"), .raw("data: " + String(repeating: "[", count: 100_000) + "\n\n")]), unreadable),
            (ScriptedAnswer([.delta("a"), .raw("data: \u{0}\u{1}\u{FFFD}\n\n")]), unreadable),
            (
                ScriptedAnswer([.delta("a"), .raw("data: " + String(repeating: "x", count: 2 << 20))]),
                "unavailable The model's provider sent more than a reply can be."
            ),
            (
                ScriptedAnswer([.delta("a"), .raw("data: {\"error\":{\"message\":\"out of memory\",\"code\":500}}\n\n")]),
                "unavailable The model's provider gave up."
            ),
            (
                ScriptedAnswer([.delta("a"), .raw("data: {\"error\":{\"message\":\"too long\",\"type\":\"invalid_request_error\"}}\n\n")]),
                "refused The model's provider gave up: too long"
            ),
            (ScriptedAnswer([.delta("a"), .raw("data: {\"error\":\"plain\"}\n\n")]), "unavailable The model's provider gave up."),
        ])
    func brokenStreams(answer: ScriptedAnswer, expected: String) async throws {
        try await withProvider(.turns(answer)) { provider, _, _ in
            var reply = ""
            #expect(await error(provider) { reply += $0 }.map(Self.describe) == expected)
            #expect(reply == "a")
        }
    }

    private static let unreadable = "unavailable The model's provider sent an event that cannot be read."

    @Test("comments, other fields, other choices and empty pieces are passed over, and the end may come without [DONE]")
    func leniency() async throws {
        let answer = ScriptedAnswer(
            [
                .raw(": keep-alive\n\nevent: ping\ndata: {}\n\nid: 7\r\ndata: {\"choices\":[],\"x\":[1,{}]}\r\n\r\n"),
                .raw("data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"no\"}}]}\n\n"),
                .raw("data: {\"choices\":[{\"delta\":{\"content\":null,\"reasoning_content\":\"hm\"}}]}\n\n"),
                .delta("yes"),
                .raw("data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}],\"usage\":{\"prompt_tokens\":-1}}\n\n"),
            ], finishReason: "")
        try await withProvider(.turns(answer)) { provider, _, _ in
            var reply = ""
            let outcome = try await provider.call(Self.request) {
                reply += $0
                return .more
            }
            #expect(reply == "yes")
            #expect(outcome == ModelOutcome(finishReason: .length))
        }
    }

    private static let offer = ToolOffer(
        name: "add", description: "Adds.", parameters: ["type": "object", "properties": ["firstNumber": ["type": "integer"]]])

    @Test("tools are offered, and what the model wants of them is put together from its pieces", arguments: [1, 3, 1000])
    func tools(pieceLength: Int) async throws {
        let answer = ScriptedAnswer([
            .delta("I add."), .toolCall("add", arguments: #"{"a": "ü🦉"}"#, pieceLength: pieceLength),
            .toolCall("multiply", arguments: "", pieceLength: pieceLength),
        ])
        try await withProvider(.turns(answer)) { provider, server, _ in
            var request = Self.request
            request.tools = [Self.offer]
            var asking = ModelMessage(.assistant, "")
            let call = RequestedToolCall(name: "add", arguments: "{}")
            asking.toolCalls = [IdentifiedToolCall(id: "call00007", call: call)]
            var answering = ModelMessage(.tool, "42")
            answering.answeredCall = "call00007"
            request.messages += [asking, answering]
            var reply = ""
            let outcome = try await provider.call(request) {
                reply += $0
                return .more
            }
            #expect(reply == "I add.")
            #expect(outcome.finishReason == .tools)
            #expect(
                outcome.toolCalls == [
                    RequestedToolCall(name: "add", arguments: #"{"a": "ü🦉"}"#), RequestedToolCall(name: "multiply", arguments: ""),
                ])
            let sent = try #require(server.requests.first)
            #expect(
                sent.tools == [
                    [
                        "type": "function",
                        "function": [
                            "name": "add", "description": "Adds.",
                            "parameters": ["type": "object", "properties": ["firstNumber": ["type": "integer"]]],
                        ],
                    ]
                ])
            let asked = try #require(sent.messages[2].toolCalls?.first)
            #expect(sent.messages[2].role == "assistant" && sent.messages[2].content == "")
            #expect(asked.id == "call00007" && asked.type == "function" && asked.function.name == "add" && asked.function.arguments == "{}")
            #expect(sent.messages[3].role == "tool" && sent.messages[3].content == "42" && sent.messages[3].toolCallID == "call00007")
        }
    }

    @Test("calls of tools without numbers, or with one number for all, are told apart by their ids")
    func unnumberedTools() async throws {
        func piece(_ json: String) -> ScriptedAnswer.Step {
            .raw("data: {\"choices\":[{\"delta\":{\"tool_calls\":[\(json)]}}]}\n\n")
        }
        let answer = ScriptedAnswer([
            piece(#"{"index":0,"id":"a","function":{"name":"one","arguments":"{"}}"#), piece(#"{"index":0,"function":{"arguments":"}"}}"#),
            piece(#"{"index":0,"id":"b","function":{"name":"two","arguments":"{}"}}"#),
            piece(#"{"id":"c","function":{"name":"three"}}"#), piece(#"{"function":{"arguments":"[]"}}"#),
        ])
        try await withProvider(.turns(answer)) { provider, _, _ in
            let outcome = try await provider.call(Self.request) { _ in .more }
            #expect(outcome.toolCalls.map(\.name) == ["one", "two", "three"])
            #expect(outcome.toolCalls.map(\.arguments) == ["{}", "{}", "[]"])
        }
    }

    @Test("a reply that asks for more of its tools than it may is refused as it comes", arguments: ["calls", "name", "arguments"])
    func tooManyTools(what: String) async throws {
        let steps: [ScriptedAnswer.Step] =
            switch what {
            case "calls": (0..<33).map { _ in .toolCall("t", arguments: "") }
            case "name": [.toolCall(String(repeating: "n", count: 129), arguments: "")]
            default: (0..<5).map { _ in .toolCall("t", arguments: String(repeating: "1", count: 60_000), pieceLength: 60_000) }
            }
        try await withProvider(.turns(ScriptedAnswer(steps + [.wait("never")]))) { provider, _, _ in
            #expect(await error(provider).map(Self.describe) == "unavailable The model asked for more of its tools than a reply may.")
        }
    }

    @Test("counts that no call can have are as good as none", arguments: [1_000_000_001, Int.max, -1])
    func impossibleUsage(count: Int) async throws {
        let usage = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":\(count)}}\n\n"
        try await withProvider(.turns(ScriptedAnswer([.delta("a"), .raw(usage), .raw(Self.end)], finishReason: ""))) { provider, _, _ in
            let outcome = try await provider.call(Self.request) { _ in .more }
            #expect(outcome == ModelOutcome(finishReason: .stop))
        }
    }

    private static let end = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"

    @Test("a provider that is not there, or says nothing, is unavailable")
    func silence() async throws {
        try await withLoop { loop in
            let port = try ReservedPort()
            let provider = try OpenAIProvider(
                on: loop,
                .init(name: "local", origin: HTTPOrigin(host: "127.0.0.1", port: port.number), path: "/v1", apiKey: nil, defaultModel: "m"),
                calls: 8)
            #expect(await error(provider).map(Self.describe) == "unavailable The model's provider cannot be reached.")
        }
        try await withProvider(.turns(ScriptedAnswer([], holdHead: "never"))) {
            $0.timeouts.head = .milliseconds(20)
        } _: { provider, _, _ in
            #expect(await error(provider).map(Self.describe) == "unavailable The model's provider said nothing for too long.")
        }
        try await withProvider(.turns(ScriptedAnswer([.wait("never")]))) {
            $0.timeouts.body = .milliseconds(20)
        } _: { provider, _, _ in
            #expect(await error(provider).map(Self.describe) == "unavailable The model's provider said nothing for too long.")
        }
    }

    /// `refused …`, `unavailable …` or `unavailable 7s …`.
    private static func describe(_ error: any Error) -> String {
        switch error as? ModelCallError {
        case .refused(let text): "refused \(text)"
        case .unavailable(let text, nil): "unavailable \(text)"
        case .unavailable(let text, let wait?): "unavailable \(wait.components.seconds)s \(text)"
        case .notConfigured(let text): "not configured \(text)"
        case .toolsUnavailable(let text): "no tools \(text)"
        case nil: "\(error)"
        }
    }
}
