/// Who asks for a token at the token endpoint.
package enum TokenClient: Sendable {
    /// A program without a secret, on behalf of a person: the console, an application, a script.
    case `public`(id: String)
    case service(RegisteredService)

    /// The `client_id` of the tokens.
    package var id: String {
        switch self {
        case .public(let id): id
        case .service(let client): client.id
        }
    }
}
