import Cryptography
import EventLoop
import FileService
import Foundation
import HTTPClient
import HTTPMessage
import JSON
import ServiceKit
import Support
import Testing
import WireProtocol

/// The file service with a database and a folder of its own.
private struct FilesUnderTest {
    let loop: EventLoop
    let issuer: TestIssuer
    let client: HTTPClient
    /// Which loop is asked.
    var origin: HTTPOrigin
    let origins: [HTTPOrigin]
    let root: String
    let database: TestDatabase
    let runtime: ServiceRuntime

    struct Answer {
        let status: Int
        let fields: HTTPFields
        let body: [UInt8]

        func decode<T: Decodable>(_ type: T.Type = T.self) throws -> T { try JSONCodec.decode(type, from: body, unknownFields: .refused) }
    }

    func send(
        _ method: HTTPMethod, _ target: String, token: String? = nil, fields: HTTPFields = HTTPFields(),
        body: HTTPClientRequest.Body = .none
    ) async throws -> Answer {
        var request = HTTPClientRequest(method, target, fields: fields, body: body)
        if let token { request.head.fields.append(.authorization, "Bearer " + token) }
        let response = try await client.send(request, to: origin)
        return Answer(status: response.status.code, fields: response.fields, body: try await response.body.collect(upTo: 64 << 20))
    }

    func upload(_ bytes: [UInt8], name: String = "a.txt", token: String, key: String? = nil) async throws -> Answer {
        var fields: HTTPFields = [.contentType: "text/plain"]
        if let key { fields.append("idempotency-key", key) }
        return try await send(.post, "/api/v1/files?name=\(name)", token: token, fields: fields, body: .bytes(bytes))
    }

    /// How many files are being written.
    func incomingCount() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: root + "/incoming").count }

    /// How many bytes of files that are being written have come to the disk.
    func incomingBytes() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: root + "/incoming").reduce(0) { sum, name in
            let attributes = try? FileManager.default.attributesOfItem(atPath: root + "/incoming/" + name)
            return sum + (attributes?[.size] as? Int ?? 0)
        }
    }

    /// How many files the storage holds.
    func storedCount() throws -> Int {
        let all = FileManager.default.enumerator(atPath: root)?.allObjects as? [String] ?? []
        return all.filter { $0.contains("fil_") }.count
    }
}

private func withFiles(
    environment extra: [String: String] = [:], loops: Int = 1, _ body: @escaping @Sendable (FilesUnderTest) async throws -> Void
) async throws {
    try await withDatabase { loop, database in
        try await database.addService("file", loop)
        let root = NSTemporaryDirectory() + "files-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: root) }
        let issuer = try TestIssuer(on: loop)
        var environment = issuer.environment
        environment["PORT"] = "0"
        environment["LOG_LEVEL"] = "error"
        environment["DATABASE_URL"] = database.connectionString(user: "file")
        environment["DATABASE_OWNER_URL"] = database.connectionString(user: "file_owner")
        environment["STORAGE_PATH"] = root
        environment["FILE_SIGNING_KEY"] = Base64.encode([UInt8](repeating: 0xa1, count: 32))
        environment["PUBLIC_URL"] = ""
        environment.merge(extra) { $1 }
        let configuration = try Settings.read(environment: environment, FileConfiguration.init)
        _ = try await FileServer.migrate(configuration, MigrationTarget(version: nil), loop)
        let runtimes = (0..<loops).map { _ in ServiceRuntime(name: .file, loop: loop, process: configuration.process) }
        let arriving = ArrivingBytes()
        var origins: [HTTPOrigin] = []
        let listening = Signal(on: loop)
        try await loop.withTaskScope { scope in
            for runtime in runtimes {
                scope.spawn {
                    try await FileServer.serve(configuration, runtime, arriving: arriving) {
                        origins.append(HTTPOrigin(host: "127.0.0.1", port: $0.port))
                        listening.notify()
                    }
                }
            }
            try await listening.wait { origins.count < loops }
            let files = FilesUnderTest(
                loop: loop, issuer: issuer, client: HTTPClient(on: loop), origin: origins[0], origins: origins, root: root,
                database: database, runtime: runtimes[0])
            // The first revocations are read right after the start.
            try await loop.eventually { try await files.send(.get, "/readyz").status == 200 }
            try await body(files)
            for runtime in runtimes { runtime.stop() }
            issuer.stop()
            scope.cancelAll()
        }
    }
}

@Suite("The file service", .timeLimit(.minutes(15)))
struct FileServiceTests {
    @Test("what was uploaded comes back byte for byte, with its size, type and SHA-256")
    func roundTrip() async throws {
        try await withFiles { files in
            let token = try files.issuer.token(for: files.issuer.makePerson())
            let bytes = (0..<3_500_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
            let uploaded = try await files.upload(bytes, name: "r%C3%A9sum%C3%A9.bin", token: token)
            #expect(uploaded.status == 201)
            let file = try uploaded.decode(File.self)
            #expect(uploaded.fields[.location] == "/api/v1/files/\(file.id)")
            #expect(file.name == "résumé.bin")
            #expect(file.size == bytes.count)
            #expect(file.sha256 == SHA256.digest(of: bytes).hexadecimal)
            let content = try await files.send(.get, "/api/v1/files/\(file.id)/content", token: token)
            #expect(content.body == bytes)
            #expect(content.fields[.contentType] == "text/plain")
            #expect(content.fields[.contentDisposition]?.contains("filename*=UTF-8''r%C3%A9sum%C3%A9.bin") == true)
            #expect(try await files.send(.get, "/api/v1/files/\(file.id)", token: token).decode(File.self) == file)
        }
    }

    @Test("ranges, entity tags and their combinations are answered as RFC 9110 says")
    func ranges() async throws {
        try await withFiles { files in
            let token = try files.issuer.token(for: files.issuer.makePerson())
            let file = try await files.upload(Array("0123456789".utf8), token: token).decode(File.self)
            let path = "/api/v1/files/\(file.id)/content"
            func get(_ fields: HTTPFields) async throws -> FilesUnderTest.Answer {
                try await files.send(.get, path, token: token, fields: fields)
            }
            let part = try await get([.range: "bytes=2-4"])
            #expect(part.status == 206)
            #expect(part.body == Array("234".utf8))
            #expect(part.fields[.contentRange] == "bytes 2-4/10")
            #expect(try await get([.range: "bytes=-3"]).body == Array("789".utf8))
            #expect(try await get([.range: "bytes=8-99"]).body == Array("89".utf8))
            let outside = try await get([.range: "bytes=10-"])
            #expect(outside.status == 416)
            #expect(outside.fields[.contentRange] == "bytes */10")
            #expect(try await get([.range: "bytes=1-2", "if-range": "\"another\""]).status == 200)
            #expect(try await get([.ifNoneMatch: "\"\(file.sha256)\""]).status == 304)
        }
    }

    @Test("files of others, unknown ones and malformed ids are all 404")
    func strangers() async throws {
        try await withFiles { files in
            let token = try files.issuer.token(for: files.issuer.makePerson())
            let stranger = try files.issuer.token(for: files.issuer.makePerson())
            let file = try await files.upload([1, 2, 3], token: token).decode(File.self)
            for path in ["/api/v1/files/\(file.id)", "/api/v1/files/\(file.id)/content"] {
                #expect(try await files.send(.get, path, token: stranger).status == 404)
            }
            #expect(try await files.send(.delete, "/api/v1/files/\(file.id)", token: stranger).status == 404)
            #expect(try await files.send(.get, "/api/v1/files/fil_nonsense", token: token).status == 404)
            #expect(try await files.send(.get, "/api/v1/files/\(file.id)/content").status == 401)
            #expect(try await files.send(.get, "/api/v1/files", token: stranger).decode(Page<File>.self).data.isEmpty)
        }
    }

    @Test("a list goes through all files in pages, newest first")
    func pages() async throws {
        try await withFiles { files in
            let token = try files.issuer.token(for: files.issuer.makePerson())
            for number in 0..<5 { _ = try await files.upload([UInt8(number)], name: "file\(number)", token: token) }
            var names: [String] = []
            var target: String? = "/api/v1/files?limit=2"
            while let next = target {
                let answer = try await files.send(.get, next, token: token)
                names += try answer.decode(Page<File>.self).data.map(\.name)
                target = answer.fields[.link].map { String($0.dropFirst().prefix { $0 != ">" }) }
            }
            #expect(names == ["file4", "file3", "file2", "file1", "file0"])
            #expect(try await files.send(.get, "/api/v1/files?cursor=nonsense", token: token).status == 422)
        }
    }

    @Test("a signed address works without a token until it ends, and only as it was signed")
    func signed() async throws {
        try await withFiles { files in
            let token = try files.issuer.token(for: files.issuer.makePerson())
            let file = try await files.upload(Array("secret".utf8), token: token).decode(File.self)
            let request = HTTPClientRequest.Body.bytes(Array(#"{"expires_in":60}"#.utf8))
            let answer = try await files.send(
                .post, "/api/v1/files/\(file.id)/signed-url", token: token, fields: [.contentType: "application/json"], body: request)
            #expect(answer.status == 201)
            let url = try answer.decode(SignedURL.self).url
            let target = String(url[(try #require(url.range(of: "/api/"))).lowerBound...])
            #expect(try await files.send(.get, target).body == Array("secret".utf8))
            let other = try await files.upload([1], token: token).decode(File.self)
            for tampered in [
                target + "x", target.replacingOccurrences(of: file.id.description, with: other.id.description),
                target.replacingOccurrences(of: "expires=", with: "expires=9"),
            ] {
                #expect(try await files.send(.get, tampered).status == 403, "\(tampered)")
            }
        }
    }

    @Test("the same key gives the first file again and stores nothing, another body with it is refused")
    func idempotency() async throws {
        try await withFiles { files in
            let token = try files.issuer.token(for: files.issuer.makePerson())
            let first = try await files.upload([1, 2, 3], token: token, key: "k")
            let again = try await files.upload([1, 2, 3], token: token, key: "k")
            #expect(again.status == 201)
            #expect(again.body == first.body)
            #expect(again.fields["idempotent-replayed"] == "true")
            #expect(try await files.upload([1, 2, 4], token: token, key: "k").status == 422)
            #expect(try files.storedCount() == 1)
        }
    }

    @Test("of uploads with one key at the same moment one is stored")
    func idempotencyAtOnce() async throws {
        try await withFiles { files in
            let token = try files.issuer.token(for: files.issuer.makePerson())
            let uploads = (0..<6).map { _ in files.loop.spawn { try await files.upload([1, 2, 3], token: token, key: "k") } }
            for upload in uploads { #expect(try await upload.value.status == 201) }
            #expect(try files.storedCount() == 1)
        }
    }

    @Test("what is still being uploaded takes room from other uploads, on other loops too, until it is stored or given up")
    func arriving() async throws {
        try await withFiles(environment: ["STORAGE_QUOTA_BYTES": "\(4 << 20)"], loops: 2) { files in
            let token = try files.issuer.token(for: files.issuer.makePerson())
            let resumed = Signal(on: files.loop)
            var (sent, isResumed) = (0, false)
            let first = files.loop.spawn {
                try await files.send(
                    .post, "/api/v1/files?name=a", token: token,
                    body: .stream(length: nil) {
                        if sent == 2 << 20 { try await resumed.wait { !isResumed } }
                        guard sent < 3 << 20 else { return nil }
                        sent += 1 << 20
                        return [UInt8](repeating: 1, count: 1 << 20)[...]
                    })
            }
            try await files.loop.eventually { try files.incomingBytes() > 0 }
            var other = files
            other.origin = files.origins[1]
            try await files.loop.eventually { try await other.send(.get, "/readyz").status == 200 }
            let second = try await other.upload([UInt8](repeating: 2, count: 7 << 19), token: token)
            #expect(try second.decode(Problem.self).code == .quotaExceeded)
            isResumed = true
            resumed.notify()
            #expect(try await first.value.status == 201)
            #expect(try await files.upload([UInt8](repeating: 2, count: 1 << 20), token: token).status == 201)
        }
    }

    @Test("the quota and the largest size hold, and what is refused leaves nothing behind")
    func limits() async throws {
        try await withFiles(environment: ["STORAGE_QUOTA_BYTES": "1000", "STORAGE_MAX_FILE_BYTES": "800"]) { files in
            let token = try files.issuer.token(for: files.issuer.makePerson())
            #expect(try await files.upload([UInt8](repeating: 0, count: 801), token: token).status == 413)
            let file = try await files.upload([UInt8](repeating: 0, count: 800), token: token).decode(File.self)
            let over = try await files.upload([UInt8](repeating: 0, count: 201), token: token)
            #expect(over.status == 403)
            #expect(try over.decode(Problem.self).code == .quotaExceeded)
            #expect(try files.storedCount() == 1)
            #expect(try await files.send(.delete, "/api/v1/files/\(file.id)", token: token).status == 204)
            #expect(try files.storedCount() == 0)
            #expect(try await files.upload([UInt8](repeating: 0, count: 201), token: token).status == 201)
        }
    }

    @Test("what there is no room for is refused before it has come, whether its length is said or not", arguments: [500, nil])
    func noRoom(length: Int?) async throws {
        try await withFiles(environment: ["STORAGE_QUOTA_BYTES": "1000"]) { files in
            let token = try files.issuer.token(for: files.issuer.makePerson())
            let first = [UInt8](repeating: 0, count: 800)
            #expect(try await files.upload(first, token: token, key: "k").status == 201)
            let rest = Signal(on: files.loop)
            var isSent = false
            let refused = try await files.send(
                .post, "/api/v1/files?name=a", token: token,
                body: .stream(length: length) {
                    // The rest never comes: nobody waits for it.
                    if isSent { try await rest.wait { true } }
                    isSent = true
                    return first[..<300]
                })
            #expect(refused.status == 403)
            #expect(try refused.decode(Problem.self).code == .quotaExceeded)
            let again = try await files.upload(first, token: token, key: "k")
            #expect(again.status == 201 && again.fields["idempotent-replayed"] == "true")
        }
    }

    @Test("a malformed key is refused before the body has come")
    func malformedKey() async throws {
        try await withFiles { files in
            let token = try files.issuer.token(for: files.issuer.makePerson())
            let rest = Signal(on: files.loop)
            var isSent = false
            let refused = try await files.loop.withTimeout(.seconds(120)) {
                try await files.send(
                    .post, "/api/v1/files?name=a", token: token, fields: ["idempotency-key": "two words"],
                    body: .stream(length: 1000) {
                        // The rest never comes: nobody waits for it.
                        if isSent { try await rest.wait { true } }
                        isSent = true
                        return [1]
                    })
            }
            #expect(refused.status == 400)
        }
    }

    @Test("an upload that breaks off, by its client or because the service stops, leaves no half of a file", arguments: [true, false])
    func brokenOff(byClient: Bool) async throws {
        try await withFiles(environment: ["SHUTDOWN_SECONDS": "0"]) { files in
            let token = try files.issuer.token(for: files.issuer.makePerson())
            let more = Signal(on: files.loop)
            var sent = 0
            let upload = files.loop.spawn {
                try await files.send(
                    .post, "/api/v1/files?name=a", token: token,
                    body: .stream(length: 8 << 20) {
                        if sent == 4 << 20 { try await more.wait { true } }
                        sent += 1 << 20
                        return [UInt8](repeating: 1, count: 1 << 20)[...]
                    })
            }
            try await files.loop.eventually { try files.incomingCount() > 0 }
            if byClient { upload.cancel() } else { files.runtime.stop() }
            try await files.loop.eventually { try files.incomingCount() == 0 }
            #expect(try files.storedCount() == 0)
            upload.cancel()
            _ = try? await upload.value
        }
    }

    @Test("a folder that cannot be written is named")
    func unwritable() async throws {
        let error = await #expect(throws: (any Error).self) {
            try await withFiles(environment: ["STORAGE_PATH": "/proc/nowhere"]) { _ in }
        }
        #expect("\(try #require(error))".contains("/proc/nowhere"))
    }
}
