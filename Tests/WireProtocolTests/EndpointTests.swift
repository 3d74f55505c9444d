import HTTPMessage
import JSON
import Testing
import WireProtocol

@Suite("Endpoints")
struct EndpointTests {
    @Test("every type of every endpoint can be recorded, and no two types share a name")
    func everyTypeCanBeRecorded() throws {
        let recorder = SchemaRecorder()
        for endpoint in AllEndpoints.all {
            _ = try endpoint.requestSchema(recorder)
            _ = try endpoint.responseSchema(recorder)
            switch endpoint.responseBody {
            case .events(let shape), .jsonOrEvents(let shape): _ = try shape.schema(recorder)
            case .none, .json, .bytes: break
            }
        }
        _ = try recorder.schema(of: Problem.self)
        _ = try recorder.schema(of: OAuthError.self)
        _ = try recorder.schema(of: AccessTokenClaims.self)
        _ = try recorder.schema(of: DelegationSubject.self)
        #expect(recorder.components.keys.contains("AgentPage"))
    }

    @Test("names are unique")
    func namesAreUnique() {
        let names = AllEndpoints.all.map(\.name)
        #expect(Set(names).count == names.count)
    }

    @Test("no two endpoints answer the same method and path of one service")
    func pathsAreUnique() {
        var seen: Set<String> = []
        for endpoint in AllEndpoints.all {
            for path in [endpoint.path] + endpoint.aliases {
                let owner = endpoint.owner?.rawValue ?? "every service"
                let shape = path.segments.map { if case .literal(let text) = $0 { text } else { "{}" } }.joined(separator: "/")
                #expect(seen.insert("\(owner) \(endpoint.method) /\(shape)").inserted, "\(endpoint.name)")
            }
        }
    }

    @Test("the parameters of each path are declared in its order")
    func parametersAreDeclared() {
        for endpoint in AllEndpoints.all {
            #expect(endpoint.parameters.map(\.name) == endpoint.path.parameterNames, "\(endpoint.name)")
            for alias in endpoint.aliases { #expect(alias.parameterNames == endpoint.path.parameterNames, "\(endpoint.name)") }
        }
    }

    @Test("internal endpoints are for services, and public ones are not")
    func visibilityAgreesWithAuthorization() {
        for endpoint in AllEndpoints.all {
            switch (endpoint.visibility, endpoint.authorization) {
            case (.public, .service), (.internal, .permission), (.internal, .authenticated): Issue.record("\(endpoint.name)")
            case (.public, .permission(let permission)): #expect(!permission.isInternal, "\(endpoint.name)")
            case (.internal, .service(let permission)): #expect(permission.isInternal, "\(endpoint.name)")
            case (.public, .public), (.public, .authenticated): break
            case (.internal, .public): #expect(endpoint.owner == nil, "\(endpoint.name)")
            }
            #expect(endpoint.path.description.hasPrefix("/internal/") == (endpoint.visibility == .internal && endpoint.owner != nil))
        }
    }

    @Test("every string and array of a request that the public sends has an upper bound")
    func requestsAreBounded() throws {
        for endpoint in AllEndpoints.public {
            let recorder = SchemaRecorder()
            let root = try endpoint.requestSchema(recorder)
            var schemas = [(endpoint.name, root)] + recorder.components.map { ("\(endpoint.name): \($0.key)", $0.value) }
            while let (place, schema) = schemas.popLast() {
                switch schema["type"]?.string {
                case "string":
                    #expect(schema["maxLength"] != nil || schema["enum"] != nil || schema["const"] != nil, "\(place)")
                case "array":
                    #expect(schema["maxItems"] != nil, "\(place)")
                    schemas.append((place, schema["items"] ?? [:]))
                case "object":
                    for property in schema["properties"]?.members ?? [] { schemas.append(("\(place).\(property.key)", property.value)) }
                default:
                    for choice in schema["anyOf"]?.elements ?? [] { schemas.append((place, choice)) }
                }
            }
        }
    }

    @Test("the request is decoded from the query when there is no body, and from the body when there is one")
    func requestSource() {
        #expect(AgentAPI.listAgents.decodesQuery)
        #expect(FileAPI.upload.decodesQuery)
        #expect(FileAPI.upload.requestBody == .bytes)
        #expect(AgentAPI.createAgent.requestBody == .json)
        #expect(AuthAPI.token.requestBody == .form)
        #expect(AgentAPI.cancelRun.requestBody == .none)
        #expect(AgentAPI.cancelRun.uses.contains(.idempotencyKey))
        #expect(!AgentAPI.updateAgent.uses.contains(.idempotencyKey))
        for endpoint in [AuthAPI.logIn.description, AuthAPI.refresh.description, AuthAPI.token.description, APIKeyAPI.create.description] {
            #expect(!endpoint.uses.contains(.idempotencyKey), "\(endpoint.name) answers credentials, which nothing stores")
        }
    }

    @Test("a path template takes its parameters, encoded, and none that is missing or empty")
    func pathTemplates() {
        let template = PathTemplate("/api/v1/agents/{id}")
        #expect(template.expanded(["id": "a/b"]) == "/api/v1/agents/a%2Fb")
        #expect(template.expanded(["id": ""]) == nil)
        #expect(template.expanded([:]) == nil)
        #expect(PathTemplate("/").expanded([:]) == "/")
    }

    @Test("a patch may come as what it is, a merge patch, and every body as nothing else than it says")
    func mediaTypes() {
        func refusal(_ endpoint: EndpointDescription, _ type: String?) -> ProblemCode? {
            do {
                try endpoint.demandMediaType(type)
                return nil
            } catch { return error.code }
        }
        for type in ["application/json", "application/merge-patch+json", "Application/JSON; charset=utf-8"] {
            #expect(refusal(AgentAPI.updateAgent.description, type) == nil)
        }
        for type in [nil, "", ";", "text/plain", "application/jsonx"] {
            #expect(refusal(AgentAPI.updateAgent.description, type) == .unsupportedMediaType)
        }
        #expect(refusal(AgentAPI.createAgent.description, "application/merge-patch+json") == .unsupportedMediaType)
        #expect(refusal(AuthAPI.token.description, "application/json") == .unsupportedMediaType)
        #expect(refusal(FileAPI.upload.description, nil) == nil)
    }
}
