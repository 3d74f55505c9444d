internal import HTTPMessage
internal import HTTPServer
internal import JSON
internal import ServiceKit
internal import WireProtocol

/// A problem in the shape that E2B's programs read: `{code, message}`, the code a status or, for Connect RPC, a word.
enum E2BErrors {
    enum Shape {
        case plain, connect
    }

    /// The answer of `body`, or its problem in this shape.
    static func answering(_ shape: Shape, _ body: () async throws -> HTTPServerResponse) async throws -> HTTPServerResponse {
        do { return try await body() } catch {
            guard let problem = ProblemAnswer.problem(for: error) else { throw error }
            return answer(problem, shape)
        }
    }

    static func answer(_ problem: Problem, _ shape: Shape) -> HTTPServerResponse {
        // Their proxy answers for a sandbox that is not there.
        let isGone = problem.code == .sandboxEnded
        let status = isGone ? 502 : problem.status
        let body: JSONValue =
            switch shape {
            case .plain: ["code": .int(status), "message": message(problem)]
            case .connect: isGone ? ["code": 502, "message": message(problem)] : connectError(problem)
            }
        return HTTPServerResponse(
            status: HTTPStatus(code: status) ?? .internalServerError, fields: [.contentType: "application/json"],
            body: (try? JSONCodec.encode(body)) ?? [])
    }

    /// The error object of Connect RPC.
    static func connectError(_ problem: Problem) -> JSONValue {
        let code =
            switch problem.code {
            case .notFound: "not_found"
            case .conflict: "already_exists"
            case .authenticationRequired, .invalidToken: "unauthenticated"
            case .permissionDenied: "permission_denied"
            case .quotaExceeded, .rateLimited, .storageFull: "resource_exhausted"
            case .validationFailed, .malformedRequest, .malformedJSON: "invalid_argument"
            case .sandboxEnded, .sandboxUnavailable, .unavailable: "unavailable"
            default: "unknown"
            }
        return ["code": .string(code), "message": message(problem)]
    }

    private static func message(_ problem: Problem) -> JSONValue {
        .string(problem.code == .sandboxEnded ? "The sandbox was not found" : problem.detail ?? problem.title)
    }
}

extension HTTPServerResponse {
    /// JSON of any shape.
    static func json(_ value: JSONValue, status: HTTPStatus = .ok) throws -> HTTPServerResponse {
        HTTPServerResponse(status: status, fields: [.contentType: "application/json"], body: try JSONCodec.encode(value))
    }
}

extension HTTPRequestBody {
    /// A JSON body of any shape; an empty one counts as an object.
    func json() async throws -> JSONValue {
        let bytes = try await collect(upTo: 1 << 20)
        if bytes.isEmpty { return [:] }
        do { return try JSONCodec.decode(JSONValue.self, from: bytes, unknownFields: .ignored) } catch {
            throw Problem(.malformedJSON)
        }
    }
}
