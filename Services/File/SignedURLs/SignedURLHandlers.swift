internal import EventLoop
internal import HTTPMessage
internal import HTTPServer
internal import ServiceKit
internal import WireProtocol

/// Addresses of files that need no token.
struct SignedURLHandlers {
    let files: FileService
    let download: FileDownload
    let signer: URLSigner
    let publicURL: String

    func sign(_ request: SignURL, _ context: RequestContext) async throws -> Reply<SignedURL> {
        let file = try await files.find(try context.id(), of: try context.person())
        let expires = Int(context.loop.wallClock / 1_000_000) + request.expiresIn
        let query = "expires=\(expires)&signature=\(signer.signature(file.id, expires: expires))"
        return .json(
            SignedURL(
                url: "\(publicURL)/api/v1/files/\(file.id)/signed?\(query)", expiresAt: Timestamp(microseconds: Int64(expires) * 1_000_000))
        )
    }

    /// One answer for a wrong signature and for one that has ended: nothing is learnt from it.
    func content(_ query: SignedQuery, _ context: RequestContext) async throws -> Reply<NoContent> {
        let id = try context.id(as: FileID.self)
        guard signer.isValid(query.signature, id, expires: query.expires), query.expires > Int(context.loop.wallClock / 1_000_000) else {
            throw Problem(.linkExpired)
        }
        return try await download.answer(context.request, with: try await files.findSigned(id))
    }
}
