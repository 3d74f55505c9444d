import HTTPMessage
import JSON
import Testing
import WireProtocol

@Suite("Requests")
struct RequestDecoderTests {
    private func problem<Request>(_ decoder: RequestDecoder<Request>, body: String) throws -> Problem {
        try #require(throws: Problem.self) { _ = try decoder.decode(body: Array(body.utf8)) }
    }

    private func problem<Request>(_ decoder: RequestDecoder<Request>, query: String) throws -> Problem {
        let query = try HTTPQuery(decoding: query)
        return try #require(throws: Problem.self) { _ = try decoder.decode(query: query) }
    }

    @Test("every endpoint's schema can be validated against")
    func everySchemaCompiles() throws {
        for endpoint in AllEndpoints.all {
            let recorder = SchemaRecorder()
            for root in [try endpoint.requestSchema(recorder), try endpoint.responseSchema(recorder)] {
                _ = try SchemaValidator(JSONSchema(root: root, components: recorder.components))
            }
        }
    }

    @Test("a body is decoded")
    func body() throws {
        let decoder = try RequestDecoder(AgentAPI.createAgent)
        let text = #"{"name":"A","instructions":"","mode":"codeact","model":{"provider":"local","name":"m"},"temperature":null}"#
        let request = try decoder.decode(body: Array(text.utf8))
        #expect(request == CreateAgent(name: "A", instructions: "", mode: .codeact, model: ModelChoice(provider: "local", name: "m")))
    }

    @Test("all wrong places of a body are named at once")
    func wrongPlaces() throws {
        let decoder = try RequestDecoder(AgentAPI.createAgent)
        let found = try problem(decoder, body: #"{"name":"","mode":"dream","temperature":3,"model":{"provider":1,"name":"m"},"extra":1}"#)
        #expect(found.code == .validationFailed)
        #expect(found.status == 422)
        let pointers = Set((found.errors ?? []).map(\.pointer))
        #expect(pointers == ["/name", "/mode", "/temperature", "/model/provider", "/extra", "/instructions"])
    }

    @Test("what is not JSON is told apart from what is not the schema")
    func malformed() throws {
        let found = try problem(try RequestDecoder(AuthAPI.logIn), body: #"{"email": "a@b.c", "password": }"#)
        #expect(found.code == .malformedJSON)
        #expect(found.status == 400)
        #expect(found.errors?.isEmpty == false)
    }

    @Test("a text with U+0000 is refused at its place")
    func zero() throws {
        let decoder = try RequestDecoder(AgentAPI.createAgent)
        let body = #"{"name":"a\u0000","instructions":"\\u0000","mode":"chat","model":{"provider":"\u0000","name":"m"}}"#
        #expect(try problem(decoder, body: body).errors?.map(\.pointer) == ["/name", "/model/provider"])
    }

    @Test("an empty body is an object without members")
    func emptyBody() throws {
        #expect(try RequestDecoder(ToolExecutionAPI.createSandbox).decode(body: []) == CreateSandbox())
        #expect(try problem(try RequestDecoder(AuthAPI.logIn), body: "").errors?.map(\.pointer) == ["/email", "/password"])
    }

    @Test("an id of another kind is refused at its place")
    func wrongID() throws {
        let body = #"{"agent_id":"usr_00000000000000000000000000"}"#
        #expect(try problem(try RequestDecoder(AgentAPI.createConversation), body: body).errors?.map(\.pointer) == ["/agent_id"])
    }

    @Test("a query is decoded with its rules")
    func query() throws {
        let decoder = try RequestDecoder(ToolsAPI.listTools)
        #expect(try decoder.decode(query: try HTTPQuery(decoding: "limit=7&cursor=a%20b")) == ToolQuery(limit: 7, cursor: "a b"))
        #expect(try decoder.decode(query: HTTPQuery()) == ToolQuery())
        for wrong in ["limit=0", "limit=101", "limit=x", "limit=1.5", "limit=1&limit=2", "limit="] {
            #expect(try problem(decoder, query: wrong).errors?.map(\.pointer) == ["/limit"], "\(wrong)")
        }
        #expect(try problem(decoder, query: "offset=1").errors?.map(\.pointer) == ["/offset"])
    }

    @Test("a request without fields refuses a query, and internal ones ignore what they do not know")
    func unknownFields() throws {
        #expect(try problem(try RequestDecoder(AuthAPI.me), query: "x=1").errors?.map(\.pointer) == ["/x"])
        let internalOne = try RequestDecoder(AuthAPI.revocations)
        #expect(try internalOne.decode(query: try HTTPQuery(decoding: "after=c&new=1")) == RevocationQuery(after: "c"))
    }

    @Test("a form is decoded, and one that is not percent-encoded UTF-8 is refused")
    func form() throws {
        let decoder = try RequestDecoder(AuthAPI.token)
        let request = try decoder.decode(body: Array("grant_type=refresh_token&refresh_token=a+b".utf8))
        #expect(request == TokenRequest(grantType: .refreshToken, refreshToken: "a b"))
        #expect(try problem(decoder, body: "grant_type=%zz").code == .malformedRequest)
        #expect(throws: Problem.self) { try decoder.decode(body: [0x61, 0x3d, 0xff]) }
        #expect(try problem(decoder, body: "scope=a").errors?.map(\.pointer) == ["/grant_type"])
        let extended = try decoder.decode(body: Array("grant_type=magic&unheard_of=x".utf8))
        #expect(extended == TokenRequest(grantType: .unknown), "RFC 6749 has its own error for the one and ignores the other")
    }

    @Test("a request becomes a query that is decoded to the same request")
    func roundTrip() throws {
        let query = ConversationQuery(agentID: AgentID((high: 1, low: 2)), limit: 5, cursor: "a&b=c")
        let text = try FormCoding.query(of: query).encoded
        #expect(try RequestDecoder(AgentAPI.listConversations).decode(query: try HTTPQuery(decoding: text)) == query)
    }
}
