internal import HTTPMessage
internal import HTTPServer
internal import ServiceKit
internal import WireProtocol

/// Answers with the bytes of a file: whole or a range of them (RFC 9110, section 14), or that the client has them already.
struct FileDownload {
    let storage: DiskStorage

    /// The bytes of a file, or the range of them that a request wants.
    func answer(_ request: HTTPServerRequest, with file: File) async throws -> Reply<NoContent> {
        let tag = "\"\(file.sha256)\""
        var fields: HTTPFields = [
            .etag: tag, .acceptRanges: "bytes", .contentDisposition: ContentDisposition.attachment(file.name),
            // Somebody's HTML must not run as ours in a browser.
            "content-security-policy": "sandbox; default-src 'none'", "x-content-type-options": "nosniff",
        ]
        if let wanted = request.fields.combinedValue(of: .ifNoneMatch), wanted == "*" || wanted.contains(tag) {
            return Reply(status: .notModified, fields: fields, .none)
        }
        let mayBeRange = request.fields["if-range"].map { $0 == tag } ?? true
        let range: Range<Int>
        var status = HTTPStatus.ok
        switch mayBeRange ? HTTPByteRange(request.fields[.range], length: file.size) : .whole {
        case .whole: range = 0..<file.size
        case .part(let part):
            range = part
            status = .partialContent
            fields.append(.contentRange, "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(file.size)")
        case .unsatisfiable:
            throw ProblemWithFields(Problem(.rangeNotSatisfiable), [.contentRange: "bytes */\(file.size)"])
        }
        guard let stored = try await storage.open(file.id) else { throw Problem(.notFound, detail: "the content is gone") }
        return Reply(
            status: status, fields: fields,
            .stream(mediaType: file.mediaType, length: range.count) { [storage] writer in
                defer { stored.close() }
                var position = range.lowerBound
                while position < range.upperBound {
                    let (from, count) = (position, min(256 * 1024, range.upperBound - position))
                    let bytes = try await storage.read(stored, at: from, count: count)
                    guard !bytes.isEmpty else { throw Problem(.internalError, detail: "the content is shorter than it was") }
                    try await writer.write(bytes)
                    position += bytes.count
                }
            })
    }
}
