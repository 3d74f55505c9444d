internal import HTTPMessage
internal import HTTPServer
internal import ServiceKit
internal import WireProtocol

/// Translates between requests and `FileService`.
struct FileHandlers {
    let files: FileService
    let download: FileDownload

    func upload(_ query: UploadQuery, _ context: RequestContext) async throws -> Reply<File> {
        try await files.upload(UploadDescription(name: query.name, mediaType: mediaType(context)), context)
    }

    func uploadArtifact(_ query: ArtifactQuery, _ context: RequestContext) async throws -> Reply<File> {
        try await files.upload(
            UploadDescription(
                name: query.name, mediaType: mediaType(context), conversationID: query.conversationID, runID: query.runID), context)
    }

    func list(_ query: FileQuery, _ context: RequestContext) async throws -> Reply<Page<File>> {
        let page = try await files.list(query, of: try context.person())
        return .json(page, fields: PageLink.fields(context, next: page.nextCursor))
    }

    func get(_: NoContent, _ context: RequestContext) async throws -> Reply<File> {
        .json(try await files.find(try context.id(), of: try context.person()))
    }

    func content(_: NoContent, _ context: RequestContext) async throws -> Reply<NoContent> {
        try await download.answer(context.request, with: try await files.find(try context.id(), of: try context.person()))
    }

    func delete(_: NoContent, _ context: RequestContext) async throws -> Reply<NoContent> {
        try await files.delete(try context.id(), of: try context.person())
        return .empty
    }

    /// What the client says the body is; anything that is no media type is bytes.
    private func mediaType(_ context: RequestContext) -> String {
        let given = context.request.fields[.contentType] ?? ""
        let isMediaType = given.utf8.count <= 255 && given.contains("/") && given.utf8.allSatisfy { (0x20...0x7E).contains($0) }
        return isMediaType ? given : "application/octet-stream"
    }
}
