/// The public keys of a server (RFC 7517).
package struct JSONWebKeySet: Codable, Sendable, Hashable {
    package var keys: [JSONWebKey]

    package init(keys: [JSONWebKey]) {
        self.keys = keys
    }
}

/// One public Ed25519 key (RFC 8037).
package struct JSONWebKey: Codable, Sendable, Hashable {
    /// `OKP`
    package var kty: String
    /// `Ed25519`
    package var crv: String
    /// The key's 32 bytes in base64url.
    package var x: String
    /// Names the key; stands in the header of the tokens that it signed.
    package var kid: String
    /// `sig`
    package var use: String
    /// `EdDSA`
    package var alg: String

    package init(kty: String, crv: String, x: String, kid: String, use: String, alg: String) {
        self.kty = kty
        self.crv = crv
        self.x = x
        self.kid = kid
        self.use = use
        self.alg = alg
    }
}

/// Where things are and what is supported (OpenID Connect Discovery 1.0, RFC 8414).
package struct ServerMetadata: Codable, Sendable, Hashable {
    package var issuer: String
    package var tokenEndpoint: String
    package var jwksUri: String
    package var scopesSupported: [String]
    package var responseTypesSupported: [String]
    package var grantTypesSupported: [String]
    package var subjectTypesSupported: [String]
    package var idTokenSigningAlgValuesSupported: [String]
    package var tokenEndpointAuthMethodsSupported: [String]

    package init(
        issuer: String, tokenEndpoint: String, jwksUri: String, scopesSupported: [String], responseTypesSupported: [String],
        grantTypesSupported: [String], subjectTypesSupported: [String], idTokenSigningAlgValuesSupported: [String],
        tokenEndpointAuthMethodsSupported: [String]
    ) {
        self.issuer = issuer
        self.tokenEndpoint = tokenEndpoint
        self.jwksUri = jwksUri
        self.scopesSupported = scopesSupported
        self.responseTypesSupported = responseTypesSupported
        self.grantTypesSupported = grantTypesSupported
        self.subjectTypesSupported = subjectTypesSupported
        self.idTokenSigningAlgValuesSupported = idTokenSigningAlgValuesSupported
        self.tokenEndpointAuthMethodsSupported = tokenEndpointAuthMethodsSupported
    }
}
