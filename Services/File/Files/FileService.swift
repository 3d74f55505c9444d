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
    private let arriving: ArrivingBytes

    init(loop: EventLoop, store: FileStore, storage: DiskStorage, maximumFileSize: Int, arriving: ArrivingBytes) {
        self.arriving = arriving
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
        let key = try IdempotentRequest(context.request.head, body: [])?.key
        let room = try await store.room(of: person, key: key)
        var taken = 0
        defer { arriving.add(-taken, of: person.organization) }
        let incoming = try await write(body, room: room, of: person.organization, &taken)
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
            if reply.fields.contains("idempotent-replayed") {
                await storage.discard(incoming)
                // Where another request with the key was quicker, it was kept already, and no row has its id.
                await storage.remove(incoming.id)
            }
            return reply
        } catch {
            await storage.discard(incoming)
            throw Self.problem(error)
        }
    }

    /// - Parameter taken: Grows with each piece, and with it what arrives for the organisation.
    private func write(
        _ body: HTTPRequestBody, room: Int, of organization: OrganizationID, _ taken: inout Int
    ) async throws -> DiskStorage.Incoming {
        guard arriving.add(0, of: organization) + (body.length ?? 0) <= room else { throw store.quotaExceeded }
        do {
            return try await storage.write(FileID(loop.makeID())) {
                guard let piece = try await body.next() else { return nil }
                taken += piece.count
                guard arriving.add(piece.count, of: organization) <= room else { throw store.quotaExceeded }
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
        let limit = query.effectiveLimit
        let before = try query.cursor.map { try ListCursor.read($0) { FileID($0) } }
        let files = try await store.list(of: person, conversation: query.conversationID, before: before, limit: limit + 1)
        return Page(files, limit: limit) { $0.id.description }
    }

    /// Removes a person's file; a problem 404 when there is none.
    func delete(_ id: FileID, of person: Principal.Person) async throws {
        guard try await store.delete(id, of: person) else { throw Problem(.notFound) }
        await storage.remove(id)
    }
}
