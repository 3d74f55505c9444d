import AuthService
import Cryptography
import EventLoop
import Foundation
import HTTPClient
import HTTPMessage
import JSON
import PostgresClient
import ServiceKit
import Support
import Testing
import WireProtocol

/// The auth service over a database of its own, and a client of it, on one loop.
final class RunningAuth {
    let loop: EventLoop
    let configuration: AuthConfiguration
    /// The superuser, whom no policy binds.
    let administrator: PostgresClient
    private let client: HTTPClient
    private let origin: HTTPOrigin

    static let masterKey = [UInt8](repeating: 7, count: 32)
    static let agentSecret = "the agent's secret"
    static let gatewaySecret = "the gateway's secret"

    fileprivate init(_ loop: EventLoop, _ configuration: AuthConfiguration, _ administrator: PostgresClient, at address: SocketAddress) {
        self.loop = loop
        self.configuration = configuration
        self.administrator = administrator
        client = HTTPClient(on: loop)
        origin = HTTPOrigin(host: address.host, port: address.port)
    }

    /// An answer as it came.
    struct Answer {
        let status: Int
        let fields: HTTPFields
        let json: JSONValue

        subscript(name: String) -> JSONValue? { json[name] }
        var code: String? { json["code"]?.string }
    }

    func get(_ path: String, token: String? = nil) async throws -> Answer { try await send(.get, path, token: token, nil, "") }

    func delete(_ path: String, token: String) async throws -> Answer { try await send(.delete, path, token: token, nil, "") }

    /// - Parameter key: `Idempotency-Key`
    func post(_ path: String, _ body: JSONValue, token: String? = nil, key: String? = nil) async throws -> Answer {
        try await send(
            .post, path, authorization: token.map { "Bearer " + $0 }, try JSONCodec.encode(body), "application/json", key: key)
    }

    /// A form for the token endpoint; `client` is a name and a secret for HTTP Basic.
    func token(_ form: [(String, String)], client: (id: String, secret: String)? = nil) async throws -> Answer {
        let text = form.map { PercentEncoding.encode($0.0) + "=" + PercentEncoding.encode($0.1) }.joined(separator: "&")
        let basic = client.map { "Basic " + Data("\($0.id):\(PercentEncoding.encode($0.secret))".utf8).base64EncodedString() }
        return try await send(.post, "/oauth/token", authorization: basic, Array(text.utf8), "application/x-www-form-urlencoded")
    }

    private func send(_ method: HTTPMethod, _ path: String, token: String?, _ body: [UInt8]?, _ type: String) async throws -> Answer {
        try await send(method, path, authorization: token.map { "Bearer " + $0 }, body, type)
    }

    private func send(
        _ method: HTTPMethod, _ path: String, authorization: String?, _ body: [UInt8]?, _ type: String, key: String? = nil
    ) async throws -> Answer {
        var fields = HTTPFields()
        if let authorization { fields.append(.authorization, authorization) }
        if body != nil { fields.append(.contentType, type) }
        if let key { fields.append("idempotency-key", key) }
        let response = try await client.send(
            HTTPClientRequest(method, path, fields: fields, body: body.map { .bytes($0) } ?? .none), to: origin)
        let bytes = try await response.body.collect(upTo: 1 << 20)
        let json = bytes.isEmpty ? .null : try JSONCodec.decode(JSONValue.self, from: bytes, unknownFields: .ignored)
        return Answer(status: response.status.code, fields: response.fields, json: json)
    }

    /// A new account: its tokens and its person.
    func register(_ email: String = "ada@example.org", password: String = "correct horse battery") async throws -> TokenAnswer {
        let answer = try await post(
            "/api/v1/auth/register", ["email": .string(email), "password": .string(password), "display_name": "Ada"])
        try #require(answer.status == 201, "\(answer.json)")
        return try JSONCodec.decode(TokenAnswer.self, from: JSONCodec.encode(answer.json), unknownFields: .refused)
    }

    /// What somebody is answered who asks while the tables are being changed: before the change is complete they wait for it.
    func answer(during change: PostgresQuery, _ ask: @escaping () async throws -> Answer) async throws -> Answer {
        let asking = try await administrator.transaction { transaction in
            try await transaction.query(change)
            let asking = loop.spawn(ask)
            let isWaiting: PostgresQuery = """
                SELECT EXISTS (SELECT FROM pg_locks w JOIN pg_locks l USING (pid) WHERE NOT w.granted AND l.locktype = 'relation'
                    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()))
                """
            try await loop.eventually { try await transaction.query(isWaiting).single() }
            return asking
        }
        return try await asking.value
    }

    /// What an access token says.
    static func claims(of token: String) throws -> AccessTokenClaims {
        let parts = token.split(separator: ".")
        let payload = try #require(parts.count == 3 ? Base64URL.decode(parts[1]) : nil)
        return try JSONCodec.decode(AccessTokenClaims.self, from: payload, unknownFields: .ignored)
    }

    /// A token by which a service acts for nobody.
    func serviceToken() async throws -> String {
        let answer = try await token([("grant_type", "client_credentials")], client: ("agent", RunningAuth.agentSecret))
        return try #require(answer["access_token"]?.string)
    }

    /// Asks again and again until the answer has this status: what is revoked is polled for each second.
    func waitForStatus(_ status: Int, of request: () async throws -> Answer) async throws -> Answer {
        var answer = try await request()
        try await loop.eventually {
            if answer.status != status { answer = try await request() }
            return answer.status == status
        }
        return answer
    }
}

/// Runs `body` with an auth service that listens on a free port.
func withAuth(
    settings: [String: String] = [:], _ body: @escaping @Sendable (RunningAuth) async throws -> Void
) async throws {
    try await withDatabase { loop, database in
        try await database.addService("auth", loop)
        let environment = [
            "DATABASE_URL": database.connectionString(user: "auth"), "DATABASE_OWNER_URL": database.connectionString(user: "auth_owner"),
            "PASSWORD_COST": "4", "PORT": "0", "LOG_LEVEL": "error",
            "MASTER_KEYS": "test:" + Data(RunningAuth.masterKey).base64EncodedString(), "AGENT_SECRET": RunningAuth.agentSecret,
            "GATEWAY_SECRET": RunningAuth.gatewaySecret,
        ].merging(settings) { $1 }
        let configuration = try Settings.read(environment: environment) { AuthConfiguration($0) }
        _ = try await AuthServer.migrate(configuration, MigrationTarget(version: nil), loop)
        let administrator = PostgresClient(loop, database.configuration())
        defer { administrator.close() }
        try await withRunningAuth(loop, configuration, administrator, body)
    }
}

/// Runs the service over a database that is there.
func withRunningAuth(
    _ loop: EventLoop, _ configuration: AuthConfiguration, _ administrator: PostgresClient,
    _ body: (RunningAuth) async throws -> Void
) async throws {
    let runtime = ServiceRuntime(name: .auth, loop: loop, process: configuration.process)
    let addresses = Channel<SocketAddress>(on: loop, capacity: 1)
    let service = loop.spawn {
        defer { addresses.finish() }
        try await AuthServer.serve(configuration, runtime) { _ = addresses.trySendIgnoringCapacity($0) }
    }
    guard let address = try await addresses.next() else { return try await service.value }
    let auth = RunningAuth(loop, configuration, administrator, at: address)
    let outcome: Result<Void, any Error>
    do {
        let ready = try await auth.waitForStatus(200) { try await auth.get("/readyz") }
        #expect(ready.status == 200, "\(ready.json)")
        outcome = .success(try await body(auth))
    } catch { outcome = .failure(error) }
    runtime.stop()
    try await service.value
    try outcome.get()
}
