internal import Cryptography
internal import EventLoop
internal import HTTPMessage
internal import HTTPServer
internal import PostgresClient
internal import ServiceKit
internal import WireProtocol

/// What may be done with files, and how.
final class FileService {
    private let loop: EventLoop
    private let store: FileStore
    private let storage: DiskStorage
    private let maximumFileSize: Int
    private let idempotency = IdempotencyStore(schema: "file")

    init(loop: EventLoop, store: FileStore, storage: DiskStorage, maximumFileSize: Int) {
        self.loop = loop
        self.store = store
        self.storage = storage
        self.maximumFileSize = maximumFileSize
    }

    /// Stores a body and records it; once for an idempotency key, whose second body is compared and dropped.
    func upload(_ description: UploadDescription, _ context: RequestContext) async throws -> Reply<File> {
        let person = try context.person()
        let body = context.request.body
        if let length = body.length, length > maximumFileSize { throw Problem(.bodyTooLarge, detail: "at most \(maximumFileSize) bytes") }
        let room = try await store.room(of: person, key: context.request.head.fields["idempotency-key"])
        guard body.length ?? 0 <= room else { throw store.quotaExceeded }
        let incoming = try await write(body, room: room)
        do {
            // The key belongs to this name and these bytes: what came as a body, in short.
            context.idempotency = try IdempotentRequest(
                context.request.head, body: Array("\(description.name)\n\(incoming.digest.hexadecimal)".utf8))
            let reply = try await idempotency.answer(context, in: store.database, as: person) { transaction -> Reply<File> in
                let file = try await store.insert(
                    NewFile(
                        id: incoming.id, name: description.name, mediaType: description.mediaType, size: incoming.size,
                        sha256: incoming.digest.bytes, conversationID: description.conversationID, runID: description.runID),
                    of: person, in: transaction)
                // Before the commit: a row always has its bytes, and bytes without a row are swept.
                try await storage.keep(incoming)
                return .json(file, fields: [.location: "/api/v1/files/\(file.id)"])
            }
            if reply.fields.contains("idempotent-replayed") { await storage.discard(incoming) }
            return reply
        } catch {
            await storage.discard(incoming)
            throw Self.problem(error)
        }
    }

    private func write(_ body: HTTPRequestBody, room: Int) async throws -> DiskStorage.Incoming {
        var taken = 0
        do {
            return try await storage.write(FileID(loop.makeID())) {
                guard let piece = try await body.next() else { return nil }
                taken += piece.count
                guard taken <= room else { throw store.quotaExceeded }
                guard taken <= maximumFileSize else { throw Problem(.bodyTooLarge, detail: "at most \(maximumFileSize) bytes") }
                return piece
            }
        } catch {
            throw Self.problem(error)
        }
    }

    private static func problem(_ error: any Error) -> any Error {
        guard let error = error as? StorageError else { return error }
        return error.isFull
            ? Problem(.storageFull, detail: "the storage is full") : Problem(.unavailable, detail: "the storage cannot be written")
    }

    /// A person's file; a problem 404 otherwise.
    func find(_ id: FileID, of person: Principal.Person) async throws -> File {
        guard let file = try await store.find(id, of: person) else { throw Problem(.notFound) }
        return file
    }

    /// Anybody's file, for who showed a valid signature.
    func findSigned(_ id: FileID) async throws -> File {
        guard let file = try await store.findSigned(id) else { throw Problem(.notFound) }
        return file
    }

    /// A page of a person's files, newest first.
    func list(_ query: FileQuery, of person: Principal.Person) async throws -> Page<File> {
        let limit = query.page.effectiveLimit
        let before = try query.cursor.map { try ListCursor.read($0) { FileID($0) } }
        let files = try await store.list(of: person, conversation: query.conversationID, before: before, limit: limit + 1)
        return Page(files, limit: limit) { $0.id.description }
    }

    /// Removes a person's file; a problem 404 when there is none.
    func delete(_ id: FileID, of person: Principal.Person) async throws {
        guard try await store.delete(id, of: person) else { throw Problem(.notFound) }
        await storage.remove(id)
    }

    /// The bytes of a file, or the range of them that the request wants.
    func content(_ file: File, _ request: HTTPServerRequest) async throws -> Reply<NoContent> {
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
            fields.append(.contentRange, HTTPContentRange(range: part, length: file.size).description)
        case .unsatisfiable:
            throw RangeRefused(length: file.size)
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

/// 416 with the length of the content.
private struct RangeRefused: AnsweringError {
    let length: Int

    var answer: HTTPServerResponse {
        ProblemAnswer.make(
            Problem(.rangeNotSatisfiable), fields: [.contentRange: HTTPContentRange(range: nil, length: length).description])
    }
}
