package import HTTPMessage
package import JSON

/// An endpoint without the types of its request and response.
package struct EndpointDescription: Sendable {
    /// The operation's name: unique among all endpoints, fit for metrics and logs.
    package let name: String
    /// The service that answers; nil for what all of them do.
    package let owner: ServiceName?
    package let method: HTTPMethod
    package let path: PathTemplate
    /// Older paths that are answered in the same way.
    package let aliases: [PathTemplate]
    /// One for each `{name}` of the path.
    package let parameters: [PathParameter]
    /// What it does, in one line.
    package let summary: String
    package let authorization: AuthorizationRule
    package let visibility: Visibility
    package let timeClass: TimeClass
    package let rateClass: RateClass
    package let requestBody: RequestBody
    package let responseBody: ResponseBody
    /// The statuses of a successful answer, the usual one first.
    package let success: [HTTPStatus]
    package let uses: HeaderUse
    /// In bytes; nil where the owner's configuration says it.
    package let maximumBodySize: Int?
    /// What it answers besides what every endpoint may.
    package let problems: [ProblemCode]
    /// Records the type that the body or the query is decoded to.
    package let requestSchema: @Sendable (SchemaRecorder) throws -> JSONValue
    /// Records the type of a successful JSON answer.
    package let responseSchema: @Sendable (SchemaRecorder) throws -> JSONValue

    /// Whether the request is decoded from the query.
    package var decodesQuery: Bool { requestBody == .none || requestBody == .bytes }

    /// The media types in which the body may come, the usual one first; empty: any.
    package var mediaTypes: [String] {
        switch requestBody {
        case .none, .bytes: []
        case .form: ["application/x-www-form-urlencoded"]
        case .json: method == .patch ? ["application/json", "application/merge-patch+json"] : ["application/json"]
        }
    }

    /// Throws a problem 415 unless the `Content-Type` of a body is one of them.
    package func demandMediaType(_ contentType: String?) throws(Problem) {
        guard let usual = mediaTypes.first, usual != contentType else { return }
        let given = contentType?.split(separator: ";").first?.split(separator: " ").first?.lowercased()
        guard let given, mediaTypes.contains(given) else { throw Problem(.unsupportedMediaType, detail: "\(usual) is wanted") }
    }
}

/// The services, by the names that they have in configuration, logs and metrics.
package enum ServiceName: String, WireEnum {
    case auth, gateway, agent
    case toolExecution = "tool-execution"
    case file, simulation
    case unknown
}

/// Who may call.
package enum AuthorizationRule: Sendable, Hashable {
    /// Anybody, without a token.
    case `public`
    /// Anybody with a valid token.
    case authenticated
    /// Who holds this permission.
    case permission(Permission)
    /// A service that holds this permission, for itself (client credentials) or on behalf of a person (delegated token).
    case service(Permission)
}

/// Through which door it is reached.
package enum Visibility: Sendable, Hashable {
    /// Through the gateway.
    case `public`
    /// Only between the services. Unknown fields of a request are ignored, because replicas are upgraded one by one.
    case `internal`
}

/// How long an answer may take; the gateway's and the clients' deadlines come from it.
package enum TimeClass: Sendable, Hashable {
    /// At once.
    case normal
    /// As long as `Prefer: wait` asks, or as its work takes: up to 50 seconds.
    case waiting
    /// The body goes on for as long as there is something to say.
    case streaming
    /// As long as what is asked for may take by its own limit: a day, and some time to say so.
    case lasting

    /// The longest that an answer may take to begin, in seconds.
    package static let longestSeconds = 86_400 + 120
}

/// How often it may be called; the gateway's limits come from it.
package enum RateClass: Sendable, Hashable {
    /// As often as anything else.
    case normal
    /// As seldom as people log in, from any one address: whoever calls may be guessing a secret.
    case credentials
}

/// Headers that an endpoint understands or sends.
package struct HeaderUse: OptionSet, Sendable, Hashable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }

    /// `Idempotency-Key`; every POST has it but those whose answers are credentials.
    package static let idempotencyKey = HeaderUse(rawValue: 1)
    /// Answers `ETag`.
    package static let entityTag = HeaderUse(rawValue: 2)
    /// Demands `If-Match`.
    package static let ifMatch = HeaderUse(rawValue: 4)
    /// `Prefer: wait=N`.
    package static let prefer = HeaderUse(rawValue: 8)
    /// `Last-Event-ID`.
    package static let lastEventID = HeaderUse(rawValue: 16)
    /// `Range`, answered with 206.
    package static let range = HeaderUse(rawValue: 32)
    /// Answers `Location`.
    package static let location = HeaderUse(rawValue: 64)
    /// Answers `ETag`, and honours `If-Match` where it is given.
    package static let optionalIfMatch = HeaderUse(rawValue: 128 | 2)
}
