import Cryptography
import EventLoop
import HTTPMessage
import HTTPServer
import JSON
import WireProtocol

/// What the service asks of auth and of file, answered on a real socket: keys, revocations, delegated tokens; uploads, which are kept.
final class Neighbours {
    /// A file as it was uploaded.
    struct Upload {
        let name: String
        let key: String?
        let authorization: String?
        let body: [UInt8]
    }

    let address: SocketAddress
    private(set) var uploads: [Upload] = []
    /// What uploads are answered with instead of 201.
    var uploadProblem: Problem?

    private let loop: EventLoop
    private let server: HTTPServer
    private let task: LoopTask<Void>
    private let signer: JWTSigner
    private let key: JWTSigningKey

    static let issuer = "http://issuer.test"

    init(on loop: EventLoop) throws {
        let privateKey = try Ed25519PrivateKey(rawBytes: [UInt8](repeating: 9, count: 32))
        key = .ed25519(privateKey)
        signer = try JWTSigner(key: key, keyID: "test", type: "at+jwt")
        let listener = try loop.listen(on: SocketAddress(numeric: "127.0.0.1", port: 0)!)
        address = listener.address
        let server = HTTPServer(on: loop)
        self.server = server
        self.loop = loop
        let keys = Cryptography.JSONWebKeySet(keys: [JSONWebKey(privateKey.publicKey, keyID: "test")])
        let box = Box()
        task = loop.spawn {
            try await server.serve(listener) { try await box.neighbours?.answer($0, keys) ?? HTTPServerResponse(status: .notFound) }
        }
        box.neighbours = self
    }

    private final class Box { weak var neighbours: Neighbours? }

    func stop() async {
        await server.shutdown(deadline: .zero)
        task.cancel()
        _ = try? await task.value
    }

    private func answer(_ request: HTTPServerRequest, _ keys: Cryptography.JSONWebKeySet) async throws -> HTTPServerResponse {
        switch request.head.path {
        case AuthAPI.keys.path.description: return json(try keys.json())
        case AuthAPI.revocations.path.description: return json(Array(#"{"data":[],"cursor":"0","has_more":false}"#.utf8))
        case AuthAPI.token.path.description:
            let token = OAuthToken(accessToken: "delegated", tokenType: "Bearer", expiresIn: 300)
            return json(try JSONCodec.encode(token))
        case FileAPI.upload.path.description, FileAPI.uploadArtifact.path.description: return try await upload(request)
        default: return HTTPServerResponse(status: .notFound)
        }
    }

    private func upload(_ request: HTTPServerRequest) async throws -> HTTPServerResponse {
        let body = try await request.body.collect(upTo: 1 << 20)
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
        return json(try JSONCodec.encode(file), .created)
    }

    private func json(_ body: [UInt8], _ status: HTTPStatus = .ok) -> HTTPServerResponse {
        HTTPServerResponse(status: status, fields: [.contentType: "application/json"], body: body)
    }

    /// A token of a person, or of the agent service in a person's name.
    func token(for person: Person, scopes: [Permission], plan: String? = nil, actor: String? = nil) throws -> String {
        let now = Int(loop.wallClock / 1_000_000)
        return try signer.sign(
            AccessTokenClaims(
                iss: Self.issuer, sub: person.user.description, aud: "troupe", exp: now + 600, iat: now, jti: "\(now)", clientID: "test",
                scope: scopes.map(\.rawValue).joined(separator: " "), org: person.organization, sid: person.session, plan: plan,
                act: actor.map { ActorClaim(sub: $0) }))
    }
}

/// Somebody with an organisation and a session.
struct Person {
    let user: UserID
    let organization: OrganizationID
    let session: SessionID

    init(_ loop: EventLoop) {
        user = UserID(loop.makeID())
        organization = OrganizationID(loop.makeID())
        session = SessionID(loop.makeID())
    }
}
