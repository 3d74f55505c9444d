internal import EventLoop
package import HTTPMessage
package import HTTPServer
internal import JSON
internal import PostgresClient
package import WireProtocol

/// Makes answers of problems, and problems of errors: the only place where an error becomes a status.
package enum ProblemAnswer {
    /// The problem that a thrown error stands for; nil for one that nobody foresaw, which is a 500 and is logged:
    /// JSON that cannot be read too, for what clients send is refused where it is decoded.
    package static func problem(for error: any Error) -> Problem? {
        switch error {
        case let problem as Problem: problem
        case let error as any ProblemConvertible: error.problem
        case let error as PostgresError where error.isPassing:
            Problem(.unavailable, detail: "the database cannot be reached at the moment")
        case is TimedOut: Problem(.unavailable, detail: "it took too long")
        default: nil
        }
    }

    /// The answer for a problem.
    package static func make(_ problem: Problem, fields: HTTPFields = HTTPFields()) -> HTTPServerResponse {
        var fields = fields
        fields.append(.contentType, Problem.mediaType)
        if problem.status == 503 || problem.status == 429, !fields.contains(.retryAfter) { fields.append(.retryAfter, "1") }
        if problem.status == 401, !fields.contains(.wwwAuthenticate) {
            fields.append(.wwwAuthenticate, problem.code == .authenticationRequired ? "Bearer" : "Bearer error=\"invalid_token\"")
        }
        let body = (try? JSONCodec.encode(problem)) ?? Array("{}".utf8)
        return HTTPServerResponse(status: HTTPStatus(code: problem.status) ?? .internalServerError, fields: fields, body: body)
    }

    /// The answer to what never reached a handler.
    package static func refusal(_ status: HTTPStatus, _ reason: String) -> HTTPServerResponse {
        var problem = Problem(code(of: status), detail: reason)
        problem.status = status.code
        return make(problem)
    }

    private static func code(of status: HTTPStatus) -> ProblemCode {
        switch status.code {
        case 404: .notFound
        case 405: .methodNotAllowed
        case 408: .requestTimeout
        case 413: .bodyTooLarge
        case 414: .targetTooLong
        case 431: .headersTooLarge
        case 503: .unavailable
        case 500...: .internalError
        default: .malformedRequest
        }
    }
}

/// An error that stands for a problem wherever it is thrown.
package protocol ProblemConvertible: Error {
    /// What a client is told.
    var problem: Problem { get }
}

extension PostgresError {
    /// Whether it is about the connection or the load, not the statement: the same request may succeed later.
    fileprivate var isPassing: Bool {
        switch self {
        case .server(let error): error.state.isPassing
        case .outcomeUnknown, .notSent, .transactionLost, .unavailable, .overloaded: true
        case .refused: false
        }
    }
}
