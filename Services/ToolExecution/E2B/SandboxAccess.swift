internal import Cryptography
internal import HTTPMessage
internal import HTTPServer
internal import PostgresClient
internal import ServiceKit
internal import WireProtocol

/// The secret by which a sandbox is reached without its owner's token: an authentication code of its id, which every replica can make.
struct SandboxAccess {
    private let key: [UInt8]
    private let sandboxes: SandboxService
    private let peers: PeerForwarder

    private static let tokenNames: [HTTPFieldName] = ["x-access-token", "e2b-traffic-access-token"]
    private static let idName: HTTPFieldName = "e2b-sandbox-id"

    /// - Parameter secret: Known to every replica of this service, and to nobody else.
    init(secret: String, sandboxes: SandboxService, peers: PeerForwarder) {
        key = Array(secret.utf8)
        self.sandboxes = sandboxes
        self.peers = peers
    }

    func token(of id: SandboxID) -> String {
        Hexadecimal.encode(HMACSHA256.authenticationCode(of: Array("sandbox access \(id)".utf8), key: key).bytes)
    }

    /// The sandbox that a request is for, when it has the secret; or the answer of the process that has the sandbox.
    func reach(
        _ request: HTTPServerRequest, _ context: RequestContext, _ body: (LiveSandbox) async throws -> HTTPServerResponse
    ) async throws -> HTTPServerResponse {
        guard let id = request.fields[Self.idName].flatMap(SandboxID.init(_:)) else {
            throw Problem(.authenticationRequired, detail: "E2b-Sandbox-Id names no sandbox")
        }
        let given = Self.tokenNames.lazy.compactMap { request.fields[$0] }.first.flatMap { Hexadecimal.decode($0) }
        guard let given, HMACSHA256.isValid(given, for: Array("sandbox access \(id)".utf8), key: key) else {
            throw Problem(.authenticationRequired, detail: "the sandbox's access token is wanted")
        }
        let node = try await sandboxes.node(of: id)
        if let answer = try await peers.pass(context, to: node) { return answer }
        return try await body(sandboxes.running(id))
    }
}
