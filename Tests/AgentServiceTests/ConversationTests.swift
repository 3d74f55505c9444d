import EventLoop
import HTTPMessage
import JSON
import PostgresClient
import ServiceKit
import Support
import Testing
import WireProtocol

@Suite("Conversations", .timeLimit(.minutes(15)))
struct ConversationTests {
    private static let path = "/api/v1/conversations"

    @Test("a conversation is begun, read, renamed and deleted")
    func life() async throws {
        try await withAgentRoutes { routes in
            let person = routes.issuer.makePerson()
            let agent = try await routes.makeAgent(for: person)
            let created = try await routes.send(
                .post, Self.path, as: person, #"{"agent_id": "\#(agent.id)", "title": "Primes"}"#, fields: ["idempotency-key": "k"])
            #expect(created.status == 201)
            let conversation = try created.decode(Conversation.self)
            #expect(conversation.agentID == agent.id && conversation.title == "Primes" && conversation.messageCount == 0)
            let target = "\(Self.path)/\(conversation.id)"
            #expect(created.fields[.location] == target)
            let again = try await routes.send(
                .post, Self.path, as: person, #"{"agent_id": "\#(agent.id)", "title": "Primes"}"#, fields: ["idempotency-key": "k"])
            #expect(again.body == created.body)
            #expect(try await routes.send(.get, target, as: person).body == created.body)
            #expect(try await routes.send(.patch, target, as: person, "{}").body == created.body)
            #expect(try await routes.send(.patch, target, as: person, #"{"title": "P"}"#).decode(Conversation.self).title == "P")
            #expect(try await routes.send(.patch, target, as: person, #"{"title": null}"#).decode(Conversation.self).title == nil)
            #expect(try await routes.send(.patch, target, as: person, #"{"title": "P"}"#, fields: [.ifMatch: "\"x\""]).status == 412)
            let seen = try #require(created.fields[.etag])
            #expect(try await routes.send(.patch, target, as: person, "{}", fields: [.ifMatch: seen]).status == 412)
            let untitled = try #require(try await routes.send(.get, target, as: person).fields[.etag])
            let titled = try await routes.send(.patch, target, as: person, #"{"title": "Primes"}"#, fields: [.ifMatch: untitled])
            #expect(titled.status == 200 && titled.fields[.etag] == seen)
            #expect(try await routes.send(.delete, target, as: person).status == 204)
            for method in [HTTPMethod.get, .delete] { #expect(try await routes.send(method, target, as: person).status == 404) }
            #expect(try await routes.send(.patch, target, as: person, #"{"title": "P"}"#).status == 404)
            #expect(try await routes.send(.get, target + "/messages", as: person).status == 404)
            #expect(try await routes.send(.get, target + "/artifacts", as: person).status == 404)
        }
    }

    @Test("with an agent that one may not use none is begun, with a key too, and nobody else's statement has to be sent again")
    func refusedWithKeys() async throws {
        try await withAgentRoutes { routes in
            let person = routes.issuer.makePerson()
            let body = #"{"agent_id": "\#(AgentID(routes.loop.makeID()))"}"#
            let before = routes.database.counters.statements
            try await routes.loop.withTaskScope { scope in
                for number in 0..<8 {
                    scope.spawn {
                        let answer = try await routes.send(.post, Self.path, as: person, body, fields: ["idempotency-key": "\(number)"])
                        #expect(answer.status == 422)
                    }
                }
            }
            // Each wanted to begin one, mostly in a group with the others, and then looked for what was answered before.
            #expect(routes.database.counters.statements <= before + 16)
        }
    }

    @Test("a conversation is begun in one round trip; requests with one key that come at once begin one")
    func oneStatement() async throws {
        try await withAgentRoutes { routes in
            let person = routes.issuer.makePerson()
            let agent = try await routes.makeAgent(for: person)
            let body = #"{"agent_id": "\#(agent.id)"}"#
            for fields: HTTPFields in [[:], ["idempotency-key": "one"]] {
                let before = routes.database.counters.statements
                #expect(try await routes.send(.post, Self.path, as: person, body, fields: fields).status == 201)
                #expect(routes.database.counters.statements == before + 1)
            }
            var begun: [Conversation] = []
            try await routes.loop.withTaskScope { scope in
                for _ in 0..<8 {
                    scope.spawn {
                        begun.append(
                            try await routes.send(.post, Self.path, as: person, body, fields: ["idempotency-key": "many"]).decode())
                    }
                }
            }
            #expect(begun.count == 8 && Set(begun.map(\.id)).count == 1)
            let other = try await routes.send(
                .post, Self.path, as: person, #"{"agent_id": "\#(agent.id)", "title": "Other"}"#, fields: ["idempotency-key": "many"])
            #expect(other.code == .idempotencyKeyReused)
            #expect(try await routes.send(.get, Self.path, as: person).decode(Page<Conversation>.self).data.count == 3)
        }
    }

    @Test("a conversation needs an agent of one's own that is not deleted")
    func agents() async throws {
        try await withAgentRoutes { routes in
            let person = routes.issuer.makePerson()
            let foreign = try await routes.makeAgent(for: routes.issuer.makePerson())
            let deleted = try await routes.makeAgent(for: person)
            let conversation = try await routes.makeConversation(for: person, with: deleted.id)
            _ = try await routes.send(.delete, "/api/v1/agents/\(deleted.id)", as: person)
            for agent in [foreign.id, deleted.id, AgentID(routes.loop.makeID())] {
                let answer = try await routes.send(.post, Self.path, as: person, #"{"agent_id": "\#(agent)"}"#)
                #expect(answer.status == 422)
                #expect(answer.pointers == ["/agent_id"])
            }
            // What was begun before can be read.
            #expect(try await routes.send(.get, "\(Self.path)/\(conversation.id)", as: person).status == 200)
        }
    }

    @Test("the list begins with the latest message, and can be of one agent")
    func list() async throws {
        try await withAgentRoutes { routes in
            let person = routes.issuer.makePerson()
            let (one, other) = (try await routes.makeAgent(for: person), try await routes.makeAgent(for: person))
            var ids: [ConversationID] = []
            for agent in [one, other, one, other, one] { ids.append(try await routes.makeConversation(for: person, with: agent.id).id) }
            try await routes.say(["Hello"], in: ids[0], of: person)
            func all(_ query: String) async throws -> [ConversationID] {
                var found: [ConversationID] = []
                var target: String? = Self.path + "?limit=2" + query
                while let next = target {
                    let answer = try await routes.send(.get, next, as: person)
                    found += try answer.decode(Page<Conversation>.self).data.map(\.id)
                    target = answer.fields[.link]?.split(separator: ">").first.map { String($0.dropFirst()) }
                }
                return found
            }
            #expect(try await all("") == [ids[0], ids[4], ids[3], ids[2], ids[1]])
            #expect(try await all("&agent_id=\(other.id)") == [ids[3], ids[1]])
            for cursor in ["1", "1.2", "x.\(ids[0])", "1.\(ids[0]).2", "99999999999999999999.\(ids[0])"] {
                #expect(try await routes.send(.get, "\(Self.path)?cursor=\(cursor)", as: person).pointers == ["/cursor"])
            }
            #expect(try await routes.send(.get, Self.path, as: routes.issuer.makePerson()).decode(Page<Conversation>.self).data == [])
        }
    }

    @Test("messages are read oldest first or latest first, page by page")
    func messages() async throws {
        try await withAgentRoutes { routes in
            let person = routes.issuer.makePerson()
            let conversation = try await routes.makeConversation(for: person, with: try await routes.makeAgent(for: person).id).id
            let said = try await routes.say(["a", "b", "c"], in: conversation, of: person)
            let target = "\(Self.path)/\(conversation)/messages"
            let first = try await routes.send(.get, target + "?limit=2", as: person).decode(Page<Message>.self)
            #expect(first.data == Array(said[..<2]))
            let cursor = try #require(first.nextCursor)
            let second = try await routes.send(.get, target + "?limit=2&cursor=\(cursor)", as: person).decode(Page<Message>.self)
            #expect(second.data == [said[2]])
            #expect(second.nextCursor == nil)
            let latest = try await routes.send(.get, target + "?order=desc&limit=2", as: person)
            #expect(try latest.decode(Page<Message>.self).data == [said[2], said[1]])
            let next = try #require(latest.fields[.link]?.split(separator: ">").first.map { String($0.dropFirst()) })
            let last = try await routes.send(.get, next, as: person).decode(Page<Message>.self)
            #expect(last.data == [said[0]] && last.nextCursor == nil)
            #expect(try await routes.send(.get, target + "?order=up", as: person).pointers == ["/order"])
            #expect(try await routes.send(.get, target + "?cursor=z", as: person).pointers == ["/cursor"])
            #expect(try await routes.send(.get, target, as: routes.issuer.makePerson()).status == 404)
        }
    }

    @Test("artifacts are read newest first, page by page")
    func artifacts() async throws {
        try await withAgentRoutes { routes in
            let person = routes.issuer.makePerson()
            let conversation = try await routes.makeConversation(for: person, with: try await routes.makeAgent(for: person).id).id
            let runs = [RunID(routes.loop.makeID()), RunID(routes.loop.makeID())].sorted()
            var names: [String] = []
            for (run, sequence) in [(runs[0], 3), (runs[0], 12), (runs[1], 5)] {
                names.append("\(sequence).txt")
                let file = FileReference(
                    id: FileID(routes.loop.makeID()), name: "\(sequence).txt", size: 1, mediaType: "text/plain", sha256: "00")
                try await routes.administrator.query(
                    """
                    INSERT INTO agent.artifacts (conversation_id, run_id, seq, organization_id, file, created_at)
                    VALUES (\(conversation), \(run), \(sequence), \(person.organization), \(PostgresJSON(bytes: try JSONCodec.encode(file))), now())
                    """)
            }
            let target = "\(Self.path)/\(conversation)/artifacts"
            let first = try await routes.send(.get, target + "?limit=2", as: person).decode(Page<Artifact>.self)
            #expect(first.data.map(\.file.name) == ["5.txt", "12.txt"])
            #expect(first.data.map(\.runID) == [runs[1], runs[0]])
            let cursor = try #require(first.nextCursor)
            let second = try await routes.send(.get, target + "?limit=2&cursor=\(cursor)", as: person).decode(Page<Artifact>.self)
            #expect(second.data.map(\.file.name) == ["3.txt"])
            #expect(second.nextCursor == nil)
        }
    }

    @Test("deleting takes everything along, but not while a run is in progress")
    func deletion() async throws {
        try await withAgentRoutes { routes in
            let person = routes.issuer.makePerson()
            let agent = try await routes.makeAgent(for: person)
            let conversation = try await routes.makeConversation(for: person, with: agent.id).id
            let message = try await routes.say(["Hello"], in: conversation, of: person)[0]
            let run = try #require(message.runID)
            let row: JSONValue = [
                "id": .string(run.uuid.description), "organization_id": .string(person.organization.uuid.description),
                "user_id": .string(person.user.uuid.description), "session_id": .string(person.session.uuid.description), "scopes": [],
                "conversation_id": .string(conversation.uuid.description), "agent_id": .string(agent.id.uuid.description),
                "agent_version": 1,
                "message_id": .string(message.id.uuid.description), "message_ordinal": 1, "expects_session": false, "can_ask": false,
                "journal_version": 1,
                "request_id": "r", "trace_parent": "t", "status": "queued", "created_at": "2026-01-01T00:00:00Z",
            ]
            try await routes.administrator.query(
                """
                WITH run AS (
                    INSERT INTO agent.runs SELECT * FROM json_populate_record(NULL::agent.runs, \(PostgresJSON(bytes: try JSONCodec.encode(row))))),
                live AS (
                    INSERT INTO agent.live_runs (run_id, organization_id, conversation_id, journal_version, epoch, head, shown_limit, wake_at)
                    VALUES (\(run), \(person.organization), \(conversation), 1, 1, 1, 1, now())),
                artifact AS (
                    INSERT INTO agent.artifacts (conversation_id, run_id, seq, organization_id, file, created_at)
                    VALUES (\(conversation), \(run), 1, \(person.organization), '{}', now())),
                approval AS (
                    INSERT INTO agent.approvals (run_id, call, organization_id, user_id, name, arguments, requested_at, expires_at)
                    VALUES (\(run), 1, \(person.organization), \(person.user), 'tool', '{}', now(), now()))
                INSERT INTO agent.run_events (run_id, first_seq, last_seq, organization_id, epoch, type, version, payload)
                VALUES (\(run), 1, 1, \(person.organization), 1, 'run.started', 1, '[]')
                """)
            let target = "\(Self.path)/\(conversation)"
            #expect(try await routes.send(.delete, target, as: routes.issuer.makePerson()).status == 404)
            #expect(try await routes.send(.delete, target, as: person).code == .conversationBusy)
            try await routes.administrator.query("DELETE FROM agent.live_runs")
            #expect(try await routes.send(.delete, target, as: person).status == 204)
            for table in ["conversations", "messages", "runs", "run_events", "artifacts", "approvals"] {
                #expect(
                    try await routes.administrator.query("SELECT count(*) FROM agent.\(unsafeSQL: table)").single(Int.self) == 0, "\(table)"
                )
            }
        }
    }
}
