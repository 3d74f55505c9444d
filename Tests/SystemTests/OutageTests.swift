import EventLoop
import HTTPClient
import HTTPMessage
import JSON
import ScriptedModel
import Support
import Testing
import WireProtocol

/// What people see while something that the services need is gone, and afterwards.
@Suite("Outages", .serialized, .timeLimit(.minutes(15)))
struct OutageTests {
    private static let dataServices: [ServiceName] = [.auth, .file, .toolExecution, .agent, .simulation]

    private func report(_ system: RunningSystem, _ name: ServiceName) async throws -> (status: Int, report: HealthReport) {
        let answer = try await system.client.send(
            HTTPClientRequest(.get, "/readyz"), to: HTTPOrigin(host: "127.0.0.1", port: try system[name].port))
        let body = try await answer.body.collect(upTo: 1 << 16)
        return (answer.status.code, try JSONCodec.decode(HealthReport.self, from: body, unknownFields: .refused))
    }

    private func readiness(_ system: RunningSystem) async throws -> (status: Int, health: PublicHealth) {
        let answer = try await system.client.send(HTTPClientRequest(.get, "/readyz"), to: system.gateway)
        let body = try await answer.body.collect(upTo: 1 << 16)
        return (answer.status.code, try JSONCodec.decode(PublicHealth.self, from: body, unknownFields: .refused))
    }

    private func beginChat(_ person: Person) async throws -> Conversation {
        let agent = try await person.post("/api/v1/agents", CreateAgent(name: "Tester", instructions: "", mode: .chat)).decode(Agent.self)
        return try await person.post("/api/v1/conversations", CreateConversation(agentID: agent.id)).decode(Conversation.self)
    }

    private func text(_ events: [ServerSentEvent]) throws -> String {
        try events.filter { $0.event == "message.delta" }.map {
            try JSONCodec.decode(MessageDelta.self, from: Array($0.data.utf8), unknownFields: .ignored).text
        }.joined()
    }

    @Test("PostgreSQL gone for ten seconds: 503 and when to come again, readiness says why, and then all goes on by itself")
    func postgres() async throws {
        try await withSystem { system in
            // The first call of the model is cut off with its worker's lease, if that has ended by the time that PostgreSQL is back.
            system.model.script = ModelScript([
                ScriptedRule(times: 1, ScriptedAnswer([.delta("one "), .wait("back"), .delta("two")])),
                ScriptedRule(.text("one two")),
            ])
            let ada = try await Person.register(system)
            let conversation = try await beginChat(ada)
            let path = "/api/v1/conversations/\(conversation.id)/messages"
            let stream = try await ada.events(path, method: .post, body: PostMessage(content: "Count"))
            let run = try #require(stream.fields[.location])
            var seen: [ServerSentEvent] = []
            while seen.last?.event != "message.delta" { seen.append(try #require(try await stream.next())) }

            system.postgres.goDown()
            let end = system.loop.now + .seconds(10)
            repeat {
                for request in ["/api/v1/agents", "/api/v1/files", "/api/v1/sandboxes", run] {
                    let refused = try await ada.get(request)
                    #expect(refused.status == 503, "\(request)")
                    #expect(refused.problem == .unavailable, "\(request)")
                    #expect(refused.fields[.retryAfter].flatMap { Int($0) } ?? 0 > 0, "\(request)")
                    #expect(refused.fields[.contentType] == Problem.mediaType, "\(request)")
                }
                let login = try await Person.send(
                    system, .post, "/api/v1/auth/login", Login(email: "ada@example.com", password: "correct horse"))
                #expect(login.status == 503)
                #expect(login.fields[.retryAfter] != nil)
                #expect(try await ada.post(path, PostMessage(content: "Lost")).status == 503)
            } while system.loop.now < end
            for name in Self.dataServices {
                let (status, report) = try await report(system, name)
                #expect(status == 503, "\(name.rawValue)")
                #expect(report.checks.first { $0.name == "postgresql" }?.status == .unavailable, "\(name.rawValue)")
            }
            #expect(try await readiness(system).status == 503)

            try system.postgres.goUp()
            system.model.open("back")
            for name in Self.dataServices { try await system.loop.eventually { try await report(system, name).status == 200 } }
            try await system.loop.eventually { try await readiness(system).health.status == .ok }
            let all = try await ada.events(run + "/events").rest()
            #expect(all.last?.event == "run.completed")
            let messages = try await ada.get(path).decode(Page<Message>.self).data
            #expect(messages.map(\.content) == ["Count", "one two"])
            // Nobody had to start anything again.
            for service in system.services.values { #expect(service.isRunning, "\(service.name.rawValue)") }
            let next = try await ada.events(path, method: .post, body: PostMessage(content: "Again")).rest()
            #expect(try text(next) == "one two")
        }
    }

    @Test("Redis gone: the system is degraded and says so, while chats and their streams go on")
    func redis() async throws {
        try await withSystem { system in
            system.model.script = ModelScript([
                ScriptedRule(times: 1, ScriptedAnswer([.delta("one "), .wait("gone"), .delta("two")])),
                ScriptedRule(.text("three", deltaLength: 2)),
            ])
            let ada = try await Person.register(system)
            let conversation = try await beginChat(ada)
            let path = "/api/v1/conversations/\(conversation.id)/messages"
            let stream = try await ada.events(path, method: .post, body: PostMessage(content: "Count"))
            var seen: [ServerSentEvent] = []
            while seen.last?.event != "message.delta" { seen.append(try #require(try await stream.next())) }

            system.redis.goDown()
            try await system.loop.eventually {
                let (status, report) = try await report(system, .agent)
                return status == 200 && report.degraded == ["redis"]
            }
            try await system.loop.eventually {
                let (status, health) = try await readiness(system)
                return status == 200 && health.status == .degraded
            }

            // The stream that was open goes on, and so does a new run; both can be read again.
            system.model.open("gone")
            seen += try await stream.rest()
            #expect(seen.last?.event == "run.completed")
            #expect(try text(seen) == "one two")
            let next = try await ada.events(path, method: .post, body: PostMessage(content: "Again"))
            let run = try #require(next.fields[.location])
            let events = try await next.rest()
            #expect(try text(events) == "three")
            #expect(try await ada.events(run + "/events").rest() == events)

            try system.redis.goUp()
            try await system.loop.eventually { try await readiness(system).health.status == .ok }
            #expect(
                try await ada.events(path, method: .post, body: PostMessage(content: "Once more")).rest().last?.event == "run.completed")
        }
    }
}
