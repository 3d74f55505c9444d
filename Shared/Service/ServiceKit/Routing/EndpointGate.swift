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
        if try admitAtOnce(context) { return }
        guard let verifier else { return }
        try admit(try await verifier.verify(String(decoding: try token(of: context), as: UTF8.self)), context)
    }

    /// The same without waiting, for who has asked before; false when the token is yet to be verified.
    func admitAtOnce(_ context: RequestContext) throws -> Bool {
        guard rule != .public, let verifier else { return true }
        guard let principal = try verifier.recall(try token(of: context)) else { return false }
        try admit(principal, context)
        return true
    }

    private func token(of context: RequestContext) throws -> ArraySlice<UInt8> {
        guard let field = context.request.fields.valueBytes(of: .authorization) else { throw Problem(.authenticationRequired) }
        guard let token = BearerToken.parse(field) else { throw Problem(.invalidToken, detail: "a bearer token is wanted") }
        return token
    }

    private func admit(_ principal: Principal, _ context: RequestContext) throws {
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
