internal import HTTPMessage
internal import JSON
internal import WireProtocol

/// The headers that requests may carry.
enum RequestHeaders {
    private static let all: [(use: HeaderUse, component: String, header: String, isRequired: Bool, text: String, schema: JSONValue)] = [
        (
            .idempotencyKey, "IdempotencyKey", "Idempotency-Key", false,
            "For 24 hours, the same key with the same request gives the answer of the first; with another request it is refused.",
            ["type": "string", "minLength": 1, "maxLength": 255]
        ),
        (
            .ifMatch, "IfMatch", "If-Match", true, "The `ETag` of the version to change; 412 when it is no longer the present one.",
            ["type": "string", "maxLength": 255]
        ),
        (
            .optionalIfMatch, "OptionalIfMatch", "If-Match", false,
            "The `ETag` of what is to be changed; 412 when it has been changed since.",
            ["type": "string", "maxLength": 255]
        ),
        (
            .prefer, "Prefer", "Prefer", false, "`wait=N` (RFC 7240): wait up to N seconds, at most 50, for the result.",
            ["type": "string", "maxLength": 255, "examples": ["wait=50"]]
        ),
        (
            .lastEventID, "LastEventID", "Last-Event-ID", false,
            "The number of the last event that was received; the stream goes on after it.",
            ["type": "string", "maxLength": 20]
        ),
        (
            .range, "Range", "Range", false, "Which bytes (RFC 9110, section 14).",
            ["type": "string", "maxLength": 255, "examples": ["bytes=0-1023"]]
        ),
        (
            .range, "IfRange", "If-Range", false, "The `ETag` of the version of which the range is wanted; of another one all bytes come.",
            ["type": "string", "maxLength": 255]
        ),
        (
            .range, "IfNoneMatch", "If-None-Match", false, "The `ETag` of what the client has; 304 when that is the present version.",
            ["type": "string", "maxLength": 255]
        ),
    ]

    static let components: JSONValue = .object(
        all.map { header in
            JSONValue.Member(
                key: header.component,
                value: [
                    "name": .string(header.header), "in": "header", "description": .string(header.text),
                    "required": .bool(header.isRequired),
                    "schema": header.schema,
                ])
        })

    static func references(for endpoint: EndpointDescription) -> [JSONValue] {
        all.filter { endpoint.uses.contains($0.use) }.map { ["$ref": .string("#/components/parameters/" + $0.component)] }
    }
}

/// The headers of answers.
enum ResponseHeaders {
    private static let all: [(name: String, text: String)] = [
        ("X-Request-Id", "Names this request in every log; accepted from the request or made."),
        ("Location", "The path of what was made or started."),
        ("ETag", "The version."),
        ("Link", "The address of the next page, with `rel=\"next\"`; absent on the last one."),
        ("Preference-Applied", "Which preference was honoured."),
        ("Idempotent-Replayed", "`true` when this is the stored answer of an earlier request with the same key."),
        ("Accept-Ranges", "`bytes`"),
        ("Content-Range", "Which bytes these are, and of how many."),
    ]
    /// Those of problems, and the statuses with which they come.
    private static let ofProblems: [(name: String, statuses: [Int], text: String)] = [
        ("WWW-Authenticate", [401], "Which kind of token is wanted, and what was wrong with it (RFC 6750, section 3)."),
        ("Retry-After", [429, 503], "After how many seconds it is worth asking again."),
        (
            "RateLimit", [429],
            "`r` requests are left, and more in `t` seconds (draft-ietf-httpapi-ratelimit-headers); absent where it is not their rate that counts."
        ),
        ("RateLimit-Policy", [429], "`q` requests in `w` seconds are the limit; comes with `RateLimit`."),
    ]

    static let components: JSONValue = .object(
        (all + ofProblems.map { ($0.name, $0.text) }).map {
            JSONValue.Member(key: $0.name, value: ["description": .string($0.text), "schema": ["type": "string"]])
        })

    static func references(for endpoint: EndpointDescription, _ status: HTTPStatus, isPaged: Bool) -> JSONValue {
        let uses = endpoint.uses
        let names = all.map(\.name).filter { name in
            switch name {
            case "Location": uses.contains(.location)
            case "ETag": uses.contains(.entityTag)
            case "Link": isPaged
            case "Preference-Applied": uses.contains(.prefer)
            case "Idempotent-Replayed": uses.contains(.idempotencyKey)
            case "Accept-Ranges": uses.contains(.range)
            case "Content-Range": status == .partialContent
            default: true
            }
        }
        return references(names)
    }

    /// Those of a problem with this status; nil: it has none.
    static func references(forProblem status: Int) -> JSONValue? {
        let names = ofProblems.filter { $0.statuses.contains(status) }.map(\.name)
        guard !names.isEmpty else { return nil }
        return references(names)
    }

    private static func references(_ names: [String]) -> JSONValue {
        .object(names.map { JSONValue.Member(key: $0, value: ["$ref": .string("#/components/headers/" + $0)]) })
    }
}
