import Cryptography
import EventLoop
import HTTPMessage
import HTTPServer
import JSON
import ServiceKit
import Support
import WireProtocol

/// What the service asks of auth and of file, answered on real sockets: keys, revocations, delegated tokens; uploads, which are kept.
final class Neighbours {
    /// A file as it was uploaded.
    struct Upload {
        let name: String
        let key: String?
        let authorization: String?
        let body: [UInt8]
    }

    let issuer: TestIssuer
    private(set) var uploads: [Upload] = []
    /// What uploads are answered with instead of 201.
    var uploadProblem: Problem?
    /// Whether uploads that come are not read for now.
    var holdsUploads = false {
        didSet { released.notify() }
    }
    /// How many have come.
    private(set) var begunUploads = 0
    private let released: Signal

    private let loop: EventLoop
    private let listener: Listener

    init(on loop: EventLoop) throws {
        self.loop = loop
        released = Signal(on: loop)
        issuer = try TestIssuer(on: loop)
        listener = try loop.listen(on: .loopback(port: 0))
        let server = HTTPServer(on: loop)
        loop.spawn { [weak self, listener] in
            try await server.serve(listener) { [weak self] request in
                switch request.head.path {
                case FileAPI.upload.path.description, FileAPI.uploadArtifact.path.description:
                    try await self?.upload(request) ?? HTTPServerResponse(status: .notFound)
                default: HTTPServerResponse(status: .notFound)
                }
            }
        }
    }

    /// What the service's configuration says about them.
    var environment: [String: String] {
        issuer.environment.merging(["FILE_URL": "http://\(listener.address)"]) { $1 }
    }

    func stop() {
        listener.close()
        issuer.stop()
    }

    private func upload(_ request: HTTPServerRequest) async throws -> HTTPServerResponse {
        begunUploads += 1
        try await released.wait { holdsUploads }
        let body = try await request.body.collect(upTo: 64 << 20)
        if let uploadProblem {
            return HTTPServerResponse(
                status: HTTPStatus(code: uploadProblem.status)!, fields: [.contentType: Problem.mediaType],
                body: try JSONCodec.encode(uploadProblem))
        }
        let name = try HTTPQuery(decoding: request.head.query ?? "")["name"] ?? ""
        uploads.append(
            Upload(name: name, key: request.fields["idempotency-key"], authorization: request.fields[.authorization], body: body))
        let file = File(
            id: FileID(loop.makeID()), name: name, size: body.count, mediaType: request.fields[.contentType] ?? "",
            sha256: Hexadecimal.encode(SHA256.digest(of: body).bytes), createdAt: Timestamp(microseconds: loop.wallClock))
        return HTTPServerResponse(status: .created, fields: [.contentType: "application/json"], body: try JSONCodec.encode(file))
    }

    /// A token of a service for itself.
    func token(of service: ServiceName, scopes: [Permission]) throws -> String { try issuer.token(for: service, permissions: scopes) }

    /// A token of a person, or of a service in a person's name.
    func token(for person: Person, scopes: [Permission], plan: String? = nil, actor: ServiceName? = nil) throws -> String {
        let planned = Person(user: person.user, organization: person.organization, session: person.session, plan: plan)
        return try issuer.token(for: planned, permissions: scopes, actor: actor)
    }
}

/// Somebody with an organisation and a session.
typealias Person = Principal.Person

extension Principal.Person {
    init(_ loop: EventLoop) {
        self.init(user: UserID(loop.makeID()), organization: OrganizationID(loop.makeID()), session: SessionID(loop.makeID()))
    }
}
