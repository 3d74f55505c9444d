import HTTPMessage
import JSON
import ScriptedModel
import Testing
import WireProtocol

/// What happens in a conversation, as a client of the gateway sees it.
@Suite("Conversations through the gateway", .serialized, .timeLimit(.minutes(15)))
struct ConversationTests {
    private func numbers(of events: some Sequence<ServerSentEvent>) throws -> [Int] {
        try events.map { try #require($0.id.flatMap { Int($0) }) }
    }

    private func begin(_ person: Person, mode: AgentMode, tools: [String]? = nil) async throws -> Conversation {
        let agent = try await person.post(
            "/api/v1/agents", CreateAgent(name: "Tester", instructions: "You compute.", mode: mode, tools: tools)
        ).decode(Agent.self)
        return try await person.post("/api/v1/conversations", CreateConversation(agentID: agent.id)).decode(Conversation.self)
    }

    private func post(_ person: Person, _ conversation: Conversation, _ content: String, fields: HTTPFields = HTTPFields()) async throws
        -> Person.Answer
    {
        try await person.post("/api/v1/conversations/\(conversation.id)/messages", PostMessage(content: content), fields: fields)
    }

    @Test("a chat streams its reply, and a stream that is cut after any event goes on with the same bytes")
    func chat() async throws {
        try await withSystem { system in
            system.model.script = ModelScript([ScriptedRule(.text("Hello, who asks? — π", deltaLength: 3))])
            let ada = try await Person.register(system)
            let conversation = try await begin(ada, mode: .chat)
            let stream = try await ada.events(
                "/api/v1/conversations/\(conversation.id)/messages", method: .post, body: PostMessage(content: "Hi"))
            let run = try #require(stream.fields[.location])
            let events = try await stream.rest()
            #expect(try numbers(of: events) == Array(1...events.count))
            #expect(events.first?.event == "run.started")
            #expect(events.last?.event == "run.completed")
            let text = try events.filter { $0.event == "message.delta" }.map {
                try JSONCodec.decode(MessageDelta.self, from: Array($0.data.utf8), unknownFields: .ignored).text
            }.joined()
            #expect(text == "Hello, who asks? — π")

            for cut in 0...events.count {
                let rest = try await ada.events(run + "/events", after: cut).rest()
                #expect(rest == Array(events.dropFirst(cut)), "after \(cut)")
            }
            #expect(try await ada.get(run + "/events?after=\(events.count + 1000)").status == 409)

            // The other two forms of the same call.
            let waited = try await post(ada, conversation, "Again", fields: ["prefer": "wait=50"])
            #expect(waited.status == 200)
            #expect(waited.fields["preference-applied"]?.contains("wait") == true)
            #expect(try waited.decode(MessageReceipt.self).reply?.content == "Hello, who asks? — π")
            let key: HTTPFields = ["idempotency-key": "one"]
            let accepted = try await post(ada, conversation, "Third", fields: key)
            #expect(accepted.status == 202)
            let again = try await post(ada, conversation, "Third", fields: key)
            #expect(again.fields["idempotent-replayed"] == "true")
            #expect(try again.decode(MessageReceipt.self).run.id == accepted.decode(MessageReceipt.self).run.id)
            #expect(try await post(ada, conversation, "Other", fields: key).status == 422)
        }
    }

    @Test("CodeAct: the model's code runs in the sandbox, its output streams, and what it saved can be downloaded")
    func codeAct() async throws {
        try await withSystem { system in
            let code =
                "```python\nimport os\nos.makedirs('out', exist_ok=True)\nopen('/home/user/out/n.txt', 'w').write('1024')\nprint(2**10)\n```"
            system.model.script = ModelScript([
                ScriptedRule(turn: 1, .text("I compute.\n" + code)), ScriptedRule(turn: 2, .text("It is 1024.")),
            ])
            let ada = try await Person.register(system)
            let conversation = try await begin(ada, mode: .codeact)
            let events = try await ada.events(
                "/api/v1/conversations/\(conversation.id)/messages", method: .post, body: PostMessage(content: "2 to the 10th?")
            ).rest()
            #expect(try numbers(of: events) == Array(1...events.count))
            let names = events.compactMap(\.event)
            for name in ["code.started", "code.output", "code.completed", "artifact.created", "message.completed"] {
                #expect(names.contains(name), "\(name) in \(names)")
            }
            #expect(names.last == "run.completed")
            let output = try events.filter { $0.event == "code.output" }.map {
                try JSONCodec.decode(CodeOutput.self, from: Array($0.data.utf8), unknownFields: .ignored).text
            }.joined()
            #expect(output == "1024\n")
            let messages = try await ada.get("/api/v1/conversations/\(conversation.id)/messages").decode(Page<Message>.self).data
            #expect(messages.last?.content.contains("It is 1024.") == true)
            let artifact = try #require(
                try await ada.get("/api/v1/conversations/\(conversation.id)/artifacts").decode(Page<Artifact>.self).data.first)
            #expect(try await ada.get("/api/v1/files/\(artifact.file.id)/content").body == Array("1024".utf8))
        }
    }

    private static let toolScript = ModelScript([
        ScriptedRule(
            turn: 1,
            ScriptedAnswer([
                .delta("I compute."),
                .toolCall("python", arguments: #"{"code": "open('/home/user/out/n.txt', 'w').write('42')\nprint(6 * 7)"}"#),
                .toolCall("shell", arguments: #"{"command": "echo done > /home/user/out/m.txt; echo done"}"#),
            ])), ScriptedRule(turn: 2, .text("It is 42.")),
    ])

    private func completed(_ events: [ServerSentEvent]) throws -> [ToolCompleted] {
        try events.filter { $0.event == "tool.completed" }.map {
            try JSONCodec.decode(ToolCompleted.self, from: Array($0.data.utf8), unknownFields: .ignored)
        }
    }

    @Test("a chat calls tools: the model is given what they gave, what they saved can be downloaded, and one that is denied is not called")
    func tools() async throws {
        try await withSystem { system in
            system.model.script = Self.toolScript
            let ada = try await Person.register(system)
            let unknown = try await ada.post(
                "/api/v1/agents", CreateAgent(name: "A", instructions: "", mode: .chat, tools: ["python", "nothing"]))
            #expect(unknown.status == 422)
            let conversation = try await begin(ada, mode: .chat, tools: ["python", "shell"])
            func ask(in conversation: Conversation) async throws -> [ServerSentEvent] {
                try await ada.events(
                    "/api/v1/conversations/\(conversation.id)/messages", method: .post, body: PostMessage(content: "6 times 7?")
                ).rest()
            }
            let events = try await ask(in: conversation)
            #expect(try numbers(of: events) == Array(1...events.count))
            #expect(events.last?.event == "run.completed")
            #expect(try completed(events).map(\.content) == ["42\n", "done\n"])
            let artifacts = try await ada.get("/api/v1/conversations/\(conversation.id)/artifacts").decode(Page<Artifact>.self).data
            #expect(artifacts.map(\.file.name) == ["m.txt", "n.txt"])
            let file = try #require(artifacts.last).file
            #expect(try await ada.get("/api/v1/files/\(file.id)/content").body == Array("42".utf8))
            let told = try #require(system.model.requests.last)
            #expect(told.tools?.map { $0["function"]?["name"] } == ["python", "shell"])
            #expect(told.messages.suffix(3).map(\.role) == ["assistant", "tool", "tool"])
            #expect(told.messages.suffix(2).map(\.content) == ["42\n", "done\n"])

            let rule = ToolPolicyRule(tool: "shell", agentID: conversation.agentID, policy: .deny)
            #expect(try await ada.post("/api/v1/tool-policies", rule).status == 200)
            #expect(try await ada.post("/api/v1/tool-policies", ToolPolicyRule(tool: "python", policy: .deny)).status == 200)
            let other = try await ada.post("/api/v1/conversations", CreateConversation(agentID: conversation.agentID))
            let refused = try completed(try await ask(in: try other.decode(Conversation.self)))
            #expect(refused.map(\.isError) == [true, true])
            #expect(refused.map(\.content).allSatisfy { $0.hasPrefix("The tool was not called: ") })
        }
    }

    @Test("killed at any step of a run that calls tools: none is called twice, and the events are those of a run that was not killed")
    func killedWithTools() async throws {
        let seed = testSeed()
        try await withSystem { system in
            system.model.script = Self.toolScript
            let ada = try await Person.register(system)
            for round in 0..<2 {
                let conversation = try await begin(ada, mode: .chat, tools: ["python", "shell"])
                let stream = try await ada.events(
                    "/api/v1/conversations/\(conversation.id)/messages", method: .post, body: PostMessage(content: "6 times 7?"))
                let run = try #require(stream.fields[.location])
                let step = Int((seed >> (UInt64(round) * 8)) % 9) + 1
                var seen = 0
                while seen < step, try await stream.next() != nil { seen += 1 }
                try await system[.agent].kill()
                try system[.agent].start()
                try await system.waitUntilReady(.agent)

                let all = try await ada.events(run + "/events", after: 0).rest()
                let comment: Comment = "seed \(seed), round \(round), killed after event \(seen)"
                #expect(all.last?.event == "run.completed", comment)
                #expect(try completed(all).map(\.content) == ["42\n", "done\n"], comment)
                #expect(all.count { $0.event == "tool.started" } == 2, comment)
                #expect(all.count { $0.event == "model.restarted" } <= 1, comment)
                let artifacts = try await ada.get("/api/v1/conversations/\(conversation.id)/artifacts").decode(Page<Artifact>.self).data
                #expect(artifacts.map(\.file.name) == ["m.txt", "n.txt"], comment)
                let files = try await ada.get("/api/v1/files").decode(Page<File>.self).data
                #expect(files.count == 2 * (round + 1), comment)
            }
        }
    }

    @Test("a run goes on after its service was killed, and the client that comes back gets the rest")
    func killed() async throws {
        try await withSystem { system in
            system.model.script = ModelScript([
                ScriptedRule(times: 1, ScriptedAnswer([.delta("one "), .delta("two "), .wait("never"), .delta("lost")])),
                ScriptedRule(.text("one two three", deltaLength: 5)),
            ])
            let ada = try await Person.register(system)
            let conversation = try await begin(ada, mode: .chat)
            let stream = try await ada.events(
                "/api/v1/conversations/\(conversation.id)/messages", method: .post, body: PostMessage(content: "Count"))
            let run = try #require(stream.fields[.location])
            var seen: [ServerSentEvent] = []
            while seen.filter({ $0.event == "message.delta" }).count < 2 { seen.append(try #require(try await stream.next())) }
            try await system[.agent].kill()
            try system[.agent].start()
            try await system.waitUntilReady(.agent)

            let rest = try await ada.events(run + "/events", after: seen.count).rest()
            #expect(rest.last?.event == "run.completed")
            // What had been shown of the lost call is void; the event that says so stands for all numbers that it had.
            let restart = try #require(rest.first)
            #expect(restart.event == "model.restarted")
            let void = try JSONCodec.decode(ModelRestarted.self, from: Array(restart.data.utf8), unknownFields: .ignored).void
            #expect(restart.id == String(void.to + 1))
            let firstDelta = try #require(seen.firstIndex { $0.event == "message.delta" })
            #expect(void.from == firstDelta + 1)
            #expect(try numbers(of: rest.dropFirst()) == Array((void.to + 2)..<(void.to + 1 + rest.count)))
            // Whoever reads it all afterwards reads the same, without what is void.
            #expect(try await ada.events(run + "/events").rest() == Array(seen[..<firstDelta]) + rest)
            let messages = try await ada.get("/api/v1/conversations/\(conversation.id)/messages").decode(Page<Message>.self).data
            #expect(messages.map(\.content) == ["Count", "one two three"])
        }
    }

    @Test("killed at any step of a run with two pieces of code: nothing is lost, nothing is paid or done twice")
    func killedAnywhere() async throws {
        let seed = testSeed()
        try await withSystem { system in
            func code(_ number: Int) -> String {
                "Step \(number).\n```python\nopen('/home/user/out/\(number).txt', 'a').write('x')\nprint(\(number))\n```"
            }
            system.model.script = ModelScript([
                ScriptedRule(turn: 1, .text(code(1))), ScriptedRule(turn: 2, .text(code(2))),
                ScriptedRule(turn: 3, .text("Both are done.")),
            ])
            let ada = try await Person.register(system)
            var random = seed
            for round in 0..<3 {
                let conversation = try await begin(ada, mode: .codeact)
                let callsBefore = system.model.requestCount
                let stream = try await ada.events(
                    "/api/v1/conversations/\(conversation.id)/messages", method: .post, body: PostMessage(content: "Do both"))
                let run = try #require(stream.fields[.location])
                random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let step = Int((random >> 33) % 60) + 1
                var last = 0
                while last < step, let event = try await stream.next() { last = try #require(event.id.flatMap { Int($0) }) }
                try await system[.agent].kill()
                try system[.agent].start()
                try await system.waitUntilReady(.agent)

                // The client that comes back gets the rest, whatever had been reached.
                let rest = try await ada.events(run + "/events", after: last).rest()
                let all = try await ada.events(run + "/events").rest()
                let comment: Comment = "seed \(seed), round \(round), killed after event \(last)"
                #expect(all.last?.event == "run.completed", comment)
                let voids = try all.filter { $0.event == "model.restarted" }.map {
                    try JSONCodec.decode(ModelRestarted.self, from: Array($0.data.utf8), unknownFields: .ignored).void
                }
                // What a lost call had shown to others comes too, until the event that makes it void.
                func isVoid(_ event: ServerSentEvent) -> Bool {
                    event.id.flatMap { Int($0) }.map { number in voids.contains { $0.from <= number && number <= $0.to } } ?? true
                }
                #expect(try all.filter { try #require($0.id.flatMap { Int($0) }) > last } == rest.filter { !isVoid($0) }, comment)
                #expect(all.count { $0.event == "code.completed" } == 2, comment)
                let restarts = all.count { $0.event == "model.restarted" }
                #expect(restarts <= 1, comment)
                #expect(system.model.requestCount - callsBefore <= 3 + restarts, comment)
                let artifacts = try await ada.get("/api/v1/conversations/\(conversation.id)/artifacts").decode(Page<Artifact>.self).data
                #expect(Set(artifacts.map(\.file.name)) == ["1.txt", "2.txt"], comment)
                for artifact in artifacts {
                    #expect(try await ada.get("/api/v1/files/\(artifact.file.id)/content").body == Array("x".utf8), comment)
                }
                let messages = try await ada.get("/api/v1/conversations/\(conversation.id)/messages").decode(Page<Message>.self).data
                #expect(messages.last?.content.contains("Both are done.") == true, comment)
            }
        }
    }

    @Test("a cancelled run ends, and its call to the model with it")
    func cancelled() async throws {
        try await withSystem { system in
            system.model.script = ModelScript([ScriptedRule(ScriptedAnswer([.delta("wait "), .wait("never")]))])
            let ada = try await Person.register(system)
            let conversation = try await begin(ada, mode: .chat)
            let run = try await post(ada, conversation, "Hi").decode(MessageReceipt.self).run
            try await system.model.waitForRequests(1)
            #expect(try await post(ada, conversation, "Both").problem == .conversationBusy)
            #expect(try await ada.post("/api/v1/runs/\(run.id)/cancel", NoContent()).status == 202)
            #expect(try await ada.events("/api/v1/runs/\(run.id)/events").rest().last?.event == "run.cancelled")
            try await system.model.waitForAbandoned(1)
            let eve = try await Person.register(system, email: "eve@example.com")
            #expect(try await eve.get("/api/v1/runs/\(run.id)/events").status == 404)
        }
    }
}
