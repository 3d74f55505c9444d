internal import HTTPMessage
internal import HTTPServer
internal import WireProtocol

/// Who may pass to an endpoint, as its declaration says.
struct EndpointGate {
    private let rule: AuthorizationRule
    private let verifier: TokenVerifier?

    /// Only a public endpoint can do without a verifier.
    init(_ endpoint: EndpointDescription, verifier: TokenVerifier?) {
        precondition(verifier != nil || endpoint.authorization == .public, "\(endpoint.name) needs a verifier of tokens")
        rule = endpoint.authorization
        self.verifier = verifier
    }

    /// Finds out who asks and whether he may; throws a problem 401, 403 or 503.
    func admit(_ context: RequestContext) async throws {
        guard rule != .public, let verifier else { return }
        guard let field = context.request.fields.valueBytes(of: .authorization) else { throw Problem(.authenticationRequired) }
        guard let token = BearerToken.parse(field) else { throw Problem(.invalidToken, detail: "a bearer token is wanted") }
        let principal: Principal
        if let known = try verifier.recall(token) {
            principal = known
        } else {
            principal = try await verifier.verify(String(decoding: token, as: UTF8.self))
        }
        switch rule {
        case .public, .authenticated: break
        case .permission(let permission):
            guard principal.allows(permission) else { throw Problem(.permissionDenied, detail: "\(permission.rawValue) is needed") }
        case .service(let permission):
            guard principal.isService, principal.allows(permission) else { throw Problem(.permissionDenied) }
        }
        context.principal = principal
    }
}
