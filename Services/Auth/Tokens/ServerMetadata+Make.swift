internal import JSON
internal import WireProtocol

extension ServerMetadata {
    /// What this server offers, at the address where clients reach it.
    static func make(issuer: String) -> ServerMetadata {
        ServerMetadata(
            issuer: issuer, tokenEndpoint: issuer + AuthAPI.token.path.description, jwksUri: issuer + AuthAPI.keys.path.description,
            scopesSupported: Permission.known.filter { !$0.isInternal }.map(\.rawValue).sorted(), responseTypesSupported: [],
            grantTypesSupported: GrantType.known.map(\.rawValue), subjectTypesSupported: ["public"],
            idTokenSigningAlgValuesSupported: ["EdDSA"],
            tokenEndpointAuthMethodsSupported: ["none", "client_secret_basic", "client_secret_post"])
    }
}
