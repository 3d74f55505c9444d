import JSON
import Testing
import WireProtocol

@Suite("The wire format")
struct WireFormatTests {
    private func text<Value: Encodable>(_ value: Value) throws -> String {
        String(decoding: try JSONCodec.encode(value), as: UTF8.self)
    }

    private func read<Value: Decodable>(_ type: Value.Type, _ text: String, unknownFields: JSONCodec.UnknownFields = .refused) throws
        -> Value
    {
        try JSONCodec.decode(type, from: Array(text.utf8), unknownFields: unknownFields)
    }

    private let run = RunID((high: 1, low: 2))
    private let conversation = ConversationID((high: 3, low: 4))
    private let agent = AgentID((high: 5, low: 6))
    private let message = MessageID((high: 7, low: 8))

    private var file: FileReference {
        FileReference(
            id: FileID((high: 9, low: 9)), name: "a.csv", size: 3, mediaType: "text/csv", sha256: String(repeating: "0", count: 64))
    }

    private var everyRunEvent: [RunEvent] {
        [
            .runStarted(RunStarted(runID: run, conversationID: conversation, agentID: agent, messageID: message)),
            .modelStarted(ModelStarted(step: 1, model: ModelChoice(provider: "local", name: "small"))),
            .modelRestarted(ModelRestarted(void: EventRange(from: 3, to: 9))),
            .messageDelta(MessageDelta(text: "Hello \"you\"\n")),
            .codeStarted(CodeStarted(language: .python, code: "print(1)")),
            .codeOutput(CodeOutput(stream: .stderr, text: "x")),
            .codeCompleted(CodeCompleted(exitCode: 0, outcome: .exited, durationMs: 12)),
            .toolStarted(ToolStarted(name: "t", arguments: "{}")),
            .toolCompleted(ToolCompleted(call: 7, name: "t", content: "c", isError: true)),
            .approvalRequested(ApprovalRequested(call: 7, name: "t", arguments: "{}", expiresAt: .sample)),
            .approvalDecided(ApprovalDecided(call: 7, decision: .rejected, reason: "No.")),
            .sandboxReset(SandboxReset(reason: "It was idle for too long.")),
            .artifactCreated(ArtifactCreated(file: file)),
            .messageCompleted(
                MessageCompleted(
                    message: Message(
                        id: message, conversationID: conversation, ordinal: 2, role: .assistant, content: "1", runID: run,
                        createdAt: Timestamp(microseconds: 1_709_210_096_789_000)))),
            .runCompleted,
            .runFailed(RunFailed(problem: Problem(.modelUnavailable, detail: "No answer in 60 s."))),
            .runCancelled,
        ]
    }

    @Test("what was spent is whole millionths with their currency, and what the version before wrote as a number is read")
    func money() throws {
        func usage(_ cost: Money?) -> TokenUsage { TokenUsage(inputTokens: 2, outputTokens: 1, totalCost: cost) }
        let dollars = usage(Money(amountMicros: 300_000, currency: "USD"))
        #expect(
            try text(dollars) == #"{"input_tokens":2,"output_tokens":1,"total_cost":{"amount_micros":300000,"currency":"USD"}}"#)
        #expect(try read(TokenUsage.self, try text(dollars)) == dollars)
        func former(_ number: String) throws -> TokenUsage {
            try read(TokenUsage.self, #"{"input_tokens":2,"output_tokens":1,"cost":\#(number)}"#)
        }
        let nameless = usage(Money(amountMicros: 300_000, currency: "XXX"))
        #expect(try former("0.30000000000000004") == nameless)
        #expect(try former("null") == usage(nil) && former("1e300") == usage(nil))
        #expect((dollars + dollars).totalCost?.amountMicros == 600_000)
        #expect((dollars + nameless).totalCost == nil && (dollars + TokenUsage()).totalCost == dollars.totalCost)
        #expect((usage(Money(amountMicros: .max, currency: "USD")) + dollars).totalCost?.amountMicros == .max)
    }

    @Test("every event of a run is read as it was written, its tag first")
    func runEvents() throws {
        #expect(Set(everyRunEvent.map(\.tag)) == Set(RunEvent.Tag.known))
        for event in everyRunEvent {
            let written = try text(event)
            #expect(written.hasPrefix("{\"type\":\"\(event.tag.rawValue)\""))
            #expect(try read(RunEvent.self, written) == event)
        }
        #expect(try text(RunEvent.runCompleted) == #"{"type":"run.completed"}"#)
        #expect(try text(everyRunEvent[2]) == #"{"type":"model.restarted","void":{"from":3,"to":9}}"#)
    }

    @Test("every event of an execution is read as it was written")
    func executionEvents() throws {
        let events: [ExecutionEvent] = [
            .sandboxReset(SandboxReset(reason: "new")), .output(CodeOutput(stream: .stdout, text: "1\n")),
            .artifact(ArtifactCreated(file: file)), .completed(CodeCompleted(exitCode: 137, outcome: .timedOut, durationMs: 60_000)),
            .failed(CodeFailed(problem: Problem(.sandboxUnavailable))), .value(DisplayedValue(text: "1", json: [1, nil], isMain: true)),
            .raised(RaisedError(name: "E", value: "v", traceback: "t")),
        ]
        #expect(Set(events.map(\.tag)) == Set(ExecutionEvent.Tag.known))
        for event in events { #expect(try read(ExecutionEvent.self, try text(event)) == event) }
    }

    @Test("an event, a code and a status of a newer writer are read as unknown")
    func unknownValues() throws {
        #expect(try read(RunEvent.self, #"{"type":"run.paused","why":1}"#, unknownFields: .ignored) == .unknown)
        #expect(try read([ProblemCode].self, #"["not_found","something_new"]"#) == [.notFound, .unknown])
        #expect(try read([RunStatus].self, #"["queued","paused"]"#) == [.queued, .unknown])
    }

    @Test("a problem has the members of RFC 9457 and ours")
    func problems() throws {
        let problem = Problem(
            .validationFailed, instance: "/api/v1/agents", requestID: "r1", errors: [FieldError(pointer: "/name", detail: "is too long")])
        #expect(
            try text(problem) == #"{"type":"urn:troupe:problem:validation_failed","title":"The request does not match its schema","#
                + #""status":422,"instance":"/api/v1/agents","code":"validation_failed","request_id":"r1","#
                + #""errors":[{"pointer":"/name","detail":"is too long"}]}"#)
        #expect(try read(Problem.self, try text(problem)) == problem)
    }

    @Test("the last page has a cursor that is null")
    func pages() throws {
        let last = Page(data: [1, 2], nextCursor: nil)
        #expect(try text(last) == #"{"data":[1,2],"next_cursor":null,"has_more":false}"#)
        #expect(try read(Page<Int>.self, try text(last)) == last)
        let first = Page(data: [1], nextCursor: "c")
        #expect(try text(first) == #"{"data":[1],"next_cursor":"c","has_more":true}"#)
        #expect(try read(Page<Int>.self, try text(first)) == first)
    }

    @Test("a patch tells what is absent from what is null")
    func patches() throws {
        let update = try read(UpdateAgent.self, #"{"model":null,"temperature":0.5}"#)
        #expect(update == UpdateAgent(model: .null, temperature: .value(0.5)))
        #expect(update.model.applied(to: UpdateModelChoice(provider: "a", name: "b")) == nil)
        #expect(update.temperature.applied(to: nil) == 0.5)
        #expect(update.description.applied(to: "old") == "old")
        #expect(try text(update) == #"{"model":null,"temperature":0.5}"#)
    }

    @Test("ids and times are strings, and what is none is refused with its place")
    func scalars() throws {
        let query = try read(CreateConversation.self, #"{"agent_id":"\#(agent)","title":null}"#)
        #expect(query == CreateConversation(agentID: agent))
        let error = #expect(throws: JSONError.self) {
            try read(CreateConversation.self, #"{"agent_id":"usr_00000000000000000000000000"}"#)
        }
        #expect(error?.pointer == "/agent_id")
    }
}
