internal import HTTPMessage
internal import ServiceKit
internal import WireProtocol

/// What everybody may know of the keys and of the server that holds them.
struct SigningKeyHandlers {
    let keys: SigningKeyService
    let metadata: ServerMetadata

    func list(_ request: NoContent, _ context: RequestContext) async throws -> Reply<JSONWebKeySet> {
        .json(try keys.published, fields: SigningKeyHandlers.fields)
    }

    func describe(_ request: NoContent, _ context: RequestContext) async throws -> Reply<ServerMetadata> {
        .json(metadata, fields: SigningKeyHandlers.fields)
    }

    /// Far shorter than a key is published before it signs.
    private static let fields: HTTPFields = [.cacheControl: "public, max-age=300"]
}
