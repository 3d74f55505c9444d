package import JSON

/// What went wrong, for the one who asked (RFC 9457, `application/problem+json`).
package struct Problem: Codable, Sendable, Hashable, Error, WireRules {
    /// Names the kind of problem; made from the code.
    package var type: String
    /// What kind of problem it is, in a few words.
    package var title: String
    package var status: Int
    /// What happened this time.
    package var detail: String?
    /// The path that was asked for.
    package var instance: String?
    package var code: ProblemCode
    package var requestID: String?
    /// Each place of the request that is wrong.
    package var errors: [FieldError]?

    /// Type, title and status come from the code.
    package init(_ code: ProblemCode, detail: String? = nil, instance: String? = nil, requestID: String? = nil, errors: [FieldError]? = nil)
    {
        type = "urn:troupe:problem:" + code.rawValue
        title = code.title
        status = code.status
        self.detail = detail
        self.instance = instance
        self.code = code
        self.requestID = requestID
        self.errors = errors
    }

    /// The media type of a problem.
    package static let mediaType = "application/problem+json"

    package static var rules: [Rule] {
        [
            .describe(CodingKeys.code, "For programs: what went wrong. New codes may be added.", example: "validation_failed"),
            .describe(CodingKeys.requestID, "Name this when you ask for help."),
        ]
    }
}

extension Problem: CustomStringConvertible {
    /// For logs and reports.
    package var description: String { "\(code.rawValue): \(detail ?? title)" }
}

/// One wrong place of a request.
package struct FieldError: Codable, Sendable, Hashable {
    /// RFC 6901, from the root of the body, like `/name`.
    package var pointer: String
    package var detail: String

    package init(pointer: String, detail: String) {
        self.pointer = pointer
        self.detail = detail
    }
}
