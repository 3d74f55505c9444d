package import HTTPMessage
internal import JSON

/// One endpoint, declared once: the router, the typed clients, the gateway, validation and the OpenAPI document read this.
///
/// `Request` is decoded from the body when the endpoint takes JSON or a form, and from the query when it takes no body or raw bytes.
/// `Response` is the body of every successful answer that is JSON; for an endpoint that only streams it is `NoContent`.
@dynamicMemberLookup
package struct Endpoint<Request: Codable & Sendable, Response: Codable & Sendable>: Sendable {
    /// The same without the types.
    package let description: EndpointDescription

    /// - Parameters:
    ///   - name: The operation's name: a verb and a noun.
    ///   - owner: The service that answers; nil for what all of them do.
    ///   - parameters: One for each `{name}` of the path.
    ///   - replays: Whether a POST with an `Idempotency-Key` that came before gives the answer of the first. An answer with credentials is
    ///     stored nowhere, and so is not given again.
    ///   - success: The status of a successful answer, and others that it may have.
    ///   - maximumBodySize: In bytes; nil where the owner's configuration says it.
    ///   - problems: What it answers besides what every endpoint may.
    package init(
        _ method: HTTPMethod, _ path: String, name: String, owner: ServiceName?, summary: String, auth: AuthorizationRule,
        visibility: Visibility = .public, timeClass: TimeClass = .normal, rate: RateClass = .normal, parameters: [PathParameter] = [],
        aliases: [String] = [],
        takes: RequestBody? = nil, answers: ResponseBody? = nil, replays: Bool = true, success: [HTTPStatus] = [.ok], uses: HeaderUse = [],
        maximumBodySize: Int? = 64 * 1024, problems: [ProblemCode] = []
    ) {
        let hasBody = method == .post || method == .put || method == .patch
        description = EndpointDescription(
            name: name, owner: owner, method: method, path: PathTemplate(path), aliases: aliases.map(PathTemplate.init),
            parameters: parameters, summary: summary, authorization: auth, visibility: visibility, timeClass: timeClass, rateClass: rate,
            requestBody: takes ?? (hasBody && Request.self != NoContent.self ? .json : .none),
            responseBody: answers ?? (Response.self == NoContent.self ? .none : .json),
            success: success, uses: method == .post && replays ? uses.union(.idempotencyKey) : uses,
            maximumBodySize: maximumBodySize, problems: problems,
            requestSchema: { try $0.schema(of: Request.self) }, responseSchema: { try $0.schema(of: Response.self) })
    }

    /// Everything that the description says.
    package subscript<Value>(dynamicMember member: KeyPath<EndpointDescription, Value>) -> Value {
        description[keyPath: member]
    }
}
