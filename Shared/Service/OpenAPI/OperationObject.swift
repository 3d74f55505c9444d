internal import HTTPMessage
internal import JSON
internal import WireProtocol

/// One endpoint as an operation object.
struct OperationObject {
    let endpoint: EndpointDescription
    let components: SchemaComponents

    func object() throws -> JSONValue {
        var operation: JSONValue = [
            "operationId": .string(endpoint.name),
            "summary": .string(endpoint.summary),
            "tags": .array(endpoint.owner.map { [.string($0.rawValue)] } ?? []),
        ]
        let parameters = pathParameters + (try queryParameters()) + RequestHeaders.references(for: endpoint)
        if !parameters.isEmpty { operation = operation.with("parameters", .array(parameters)) }
        if let body = try requestBody() { operation = operation.with("requestBody", body) }
        operation = operation.with("responses", .object(try successes() + failures()))
        return operation.with("security", .array(SecuritySchemes.requirements(of: endpoint.authorization)))
    }

    private var pathParameters: [JSONValue] {
        endpoint.parameters.map { ["name": .string($0.name), "in": "path", "required": true, "schema": $0.schema] }
    }

    private func queryParameters() throws -> [JSONValue] {
        guard endpoint.decodesQuery else { return [] }
        let schema = try components.request(endpoint.requestSchema)
        components.inline(schema)
        let object = components.resolved(schema)
        let required = object["required"]?.elements ?? []
        return (object["properties"]?.members ?? []).map { property in
            // A parameter that is absent is left out, never null.
            var schema = property.value["anyOf"]?[0] ?? property.value
            let description = schema["description"]
            schema = .object((schema.members ?? []).filter { $0.key != "description" })
            var parameter: JSONValue = ["name": .string(property.key), "in": "query"]
            if let description { parameter = parameter.with("description", description) }
            return parameter.with("required", .bool(required.contains(.string(property.key)))).with("schema", schema)
        }
    }

    private func requestBody() throws -> JSONValue? {
        switch endpoint.requestBody {
        case .none: return nil
        case .bytes: return ["required": true, "content": ["application/octet-stream": [:], "*/*": [:]]]
        case .form, .json:
            let schema = try components.request(endpoint.requestSchema)
            let media: JSONValue = ["schema": schema]
            // No body is an object without members.
            let isRequired = components.resolved(schema)["required"]?.elements?.isEmpty == false
            return ["required": .bool(isRequired), "content": .object(endpoint.mediaTypes.map { JSONValue.Member(key: $0, value: media) })]
        }
    }

    private func successes() throws -> [JSONValue.Member] {
        let content = try responseContent()
        let isPaged = endpoint.decodesQuery && components.fields(endpoint.requestSchema).contains("cursor")
        return endpoint.success.map { status in
            var response: JSONValue = [
                "description": .string(status.reasonPhrase), "headers": ResponseHeaders.references(for: endpoint, status, isPaged: isPaged),
            ]
            if let content, status != .notModified { response = response.with("content", content) }
            return JSONValue.Member(key: String(status.code), value: response)
        }
    }

    private func responseContent() throws -> JSONValue? {
        switch endpoint.responseBody {
        case .none: nil
        case .json: ["application/json": try jsonMedia()]
        case .events(let shape): ["text/event-stream": try eventMedia(shape)]
        case .jsonOrEvents(let shape): ["application/json": try jsonMedia(), "text/event-stream": try eventMedia(shape)]
        case .bytes(let mediaType): [(mediaType): [:]]
        }
    }

    private func jsonMedia() throws -> JSONValue {
        ["schema": try components.response(endpoint.responseSchema)]
    }

    private func eventMedia(_ shape: EventShape) throws -> JSONValue {
        [
            "schema": [
                "type": "string",
                "description": "Server-sent events: `id` is the number, `event` the type, `data` the event in one line of JSON.",
                "contentMediaType": "application/json",
                "contentSchema": try components.response(shape.schema),
            ]
        ]
    }

    private func failures() throws -> [JSONValue.Member] {
        let problem = try components.response { try $0.schema(of: Problem.self) }
        // Anything may be unavailable for a while.
        let unavailable = failure(ProblemCode.unavailable.status, "Any other problem", Problem.mediaType, problem)
        let other = JSONValue.Member(key: "default", value: unavailable.value)
        // Forms belong to OAuth 2, which has errors of its own; the gateway has not, nor has who reads the body.
        if endpoint.requestBody == .form {
            let error = try components.response { try $0.schema(of: OAuthError.self) }
            return [
                failure(400, "RFC 6749, section 5.2", "application/json", error),
                failure(401, "The program is not who it says", "application/json", error),
                failure(429, line(.rateLimited), Problem.mediaType, problem),
                failure(503, "`temporarily_unavailable`", "application/json", error),
                other,
            ]
        }
        let byStatus = Dictionary(grouping: possibleProblems, by: \.status).sorted { $0.key < $1.key }
        let members = byStatus.map { status, codes in
            failure(status, codes.map(line).joined(separator: "; "), Problem.mediaType, problem)
        }
        return members + [other]
    }

    private func failure(_ status: Int, _ description: String, _ mediaType: String, _ schema: JSONValue) -> JSONValue.Member {
        var response: JSONValue = ["description": .string(description)]
        if let headers = ResponseHeaders.references(forProblem: status) { response = response.with("headers", headers) }
        return JSONValue.Member(key: String(status), value: response.with("content", [(mediaType): ["schema": schema]]))
    }

    private func line(_ code: ProblemCode) -> String { "`\(code.rawValue)`: \(code.title)" }

    /// The problems of this endpoint and those that follow from its shape.
    private var possibleProblems: [ProblemCode] {
        var codes: [ProblemCode] = []
        switch endpoint.authorization {
        case .public: break
        case .authenticated: codes += [.authenticationRequired, .invalidToken, .expiredToken]
        case .permission, .service: codes += [.authenticationRequired, .invalidToken, .expiredToken, .permissionDenied]
        }
        if !endpoint.parameters.isEmpty { codes.append(.notFound) }
        switch endpoint.requestBody {
        case .none: break
        case .json: codes += [.malformedJSON, .validationFailed, .bodyTooLarge, .unsupportedMediaType]
        case .form, .bytes: codes.append(.bodyTooLarge)
        }
        if endpoint.decodesQuery, !components.fields(endpoint.requestSchema).isEmpty { codes.append(.validationFailed) }
        if endpoint.uses.contains(.ifMatch) { codes += [.preconditionRequired, .preconditionFailed] }
        if endpoint.uses.contains(.optionalIfMatch) { codes.append(.preconditionFailed) }
        if endpoint.uses.contains(.idempotencyKey) { codes += [.requestInProgress, .idempotencyKeyReused] }
        // The gateway lets nobody ask the services as often as they like.
        if endpoint.owner != .gateway { codes.append(.rateLimited) }
        return codes + endpoint.problems.filter { !codes.contains($0) }
    }
}
