internal import HTTPMessage
internal import HTTPServer

/// Which pages of browsers may call the API (the Fetch standard's CORS protocol). Tokens travel in a header and never in cookies, so
/// credentials in the protocol's sense are not allowed, and `*` is safe.
struct CrossOriginPolicy {
    private let allowed: Set<String>

    private static let methods = "GET, HEAD, POST, PUT, PATCH, DELETE"
    private static let exposed =
        "Accept-Ranges, Content-Disposition, Content-Range, ETag, Idempotent-Replayed, Link, Location, Preference-Applied, RateLimit, "
        + "RateLimit-Policy, Retry-After, WWW-Authenticate, X-Request-Id"

    init(allowed: [String]) { self.allowed = Set(allowed) }

    /// The answer to a preflight; nil for any other request.
    func preflight(_ request: HTTPServerRequest) -> HTTPServerResponse? {
        guard request.method == .options, let origin = request.fields[.origin], request.fields.contains("access-control-request-method")
        else {
            return nil
        }
        var fields = HTTPFields()
        fields.append(.vary, "Origin")
        guard let value = allowedValue(for: origin) else { return HTTPServerResponse(status: .noContent, fields: fields) }
        fields.append("access-control-allow-origin", value)
        fields.append("access-control-allow-methods", Self.methods)
        fields.append("access-control-allow-headers", request.fields["access-control-request-headers"] ?? "")
        fields.append("access-control-max-age", "600")
        return HTTPServerResponse(status: .noContent, fields: fields)
    }

    /// Lets the page read the answer.
    func decorate(_ response: inout HTTPServerResponse, for request: HTTPServerRequest) {
        guard let origin = request.fields[.origin] else { return }
        response.fields.append(.vary, "Origin")
        guard let value = allowedValue(for: origin) else { return }
        response.fields.append("access-control-allow-origin", value)
        response.fields.append("access-control-expose-headers", Self.exposed)
    }

    private func allowedValue(for origin: String) -> String? {
        if allowed.contains("*") { return "*" }
        return allowed.contains(origin) ? origin : nil
    }
}
