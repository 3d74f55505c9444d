internal import HTTPMessage
internal import HTTPServer
internal import JSON
internal import ServiceKit
internal import WireProtocol

/// envd's `/files`: the bytes of files.
struct EnvdFileHandlers {
    let access: SandboxAccess

    func read(_ context: RequestContext) async throws -> HTTPServerResponse {
        try await access.reach(context.request, context) { sandbox in
            let path = try Self.path(context) ?? ""
            let transfer = try await SandboxFileService(sandbox: sandbox).open(path)
            let reply: Reply<NoContent> = .file(transfer, named: path, of: sandbox)
            guard case .stream(let mediaType, let length, let write) = reply.content else { throw Problem(.internalError) }
            return HTTPServerResponse(status: .ok, fields: [.contentType: mediaType], body: .stream(length: length, write))
        }
    }

    private static func path(_ context: RequestContext) throws -> String? {
        try HTTPQuery(decoding: context.request.head.query ?? "")["path"]
    }

    func write(_ context: RequestContext) async throws -> HTTPServerResponse {
        let request = context.request
        return try await access.reach(request, context) { sandbox in
            guard request.fields["content-encoding"].map({ $0 == "identity" }) ?? true else {
                throw Problem(.unsupportedMediaType, detail: "compressed uploads are not taken")
            }
            let files = SandboxFileService(sandbox: sandbox)
            let path = try Self.path(context)
            var written: [String] = []
            if let boundary = MultipartReader.boundary(request.fields[.contentType]) {
                var parts = MultipartReader(request.body, boundary: boundary)
                while let name = try await parts.nextFile() {
                    let place = path ?? name
                    _ = try await files.write(place) { try await parts.next() }
                    written.append(place)
                }
            } else {
                guard let path else { throw Problem(.validationFailed, detail: "path is missing") }
                _ = try await files.write(path, request.body.next)
                written = [path]
            }
            let entries = written.map { path -> JSONValue in
                let whole = EnvdFilesystemHandlers.absolute(path)
                return ["name": .string(whole.split(separator: "/").last.map(String.init) ?? ""), "type": "file", "path": .string(whole)]
            }
            return try .json(.array(entries))
        }
    }
}
