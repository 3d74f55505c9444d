import EventLoop
import HTTPClient
import HTTPMessage
import JSON
import PostgresClient
import ServiceKit
import Support
import Testing
import ToolExecutionService
import WireProtocol

/// The service over a database of its own, and a client of it, on one loop.
final class RunningToolExecution {
    let loop: EventLoop
    let neighbours: Neighbours
    /// The superuser, whom no policy binds.
    let administrator: PostgresClient
    private let configuration: ToolExecutionConfiguration
    /// A server of the outside, when there is to be one from the start.
    let outside: Outside?
    private let client: HTTPClient
    private var origin = HTTPOrigin(host: "127.0.0.1")
    private var runtime: ServiceRuntime
    private var service: LoopTask<Void>?

    fileprivate init(
        outside: Outside? = nil, _ loop: EventLoop, _ configuration: ToolExecutionConfiguration, _ administrator: PostgresClient,
        _ neighbours: Neighbours
    ) {
        self.outside = outside
        self.loop = loop
        self.configuration = configuration
        self.administrator = administrator
        self.neighbours = neighbours
        client = HTTPClient(on: loop)
        runtime = ServiceRuntime(name: .toolExecution, loop: loop, process: configuration.process)
    }

    /// An answer as it came.
    struct Answer {
        let status: Int
        let fields: HTTPFields
        let body: [UInt8]

        var json: JSONValue { (try? JSONCodec.decode(JSONValue.self, from: body, unknownFields: .ignored)) ?? .null }
        var code: String? { json["code"]?.string }

        func decoded<T: Decodable>(_ type: T.Type = T.self) throws -> T {
            try JSONCodec.decode(type, from: body, unknownFields: .refused)
        }

        /// The events of a stream, numbered from the first.
        func events() throws -> [ExecutionEvent] {
            var parser = ServerSentEventParser()
            return try parser.consume(body).map {
                try JSONCodec.decode(ExecutionEvent.self, from: Array($0.data.utf8), unknownFields: .refused)
            }
        }
    }

    func send(
        _ method: HTTPMethod, _ path: String, token: String, _ body: (some Encodable)? = NoContent?.none,
        fields more: [(String, String)] = []
    ) async throws -> Answer {
        let response = try await open(method, path, token: token, body, fields: more)
        return Answer(status: response.status.code, fields: response.fields, body: try await response.body.collect(upTo: 8 << 20))
    }

    func open(
        _ method: HTTPMethod, _ path: String, token: String, _ body: (some Encodable)? = NoContent?.none,
        fields more: [(String, String)] = []
    ) async throws -> HTTPClientResponse {
        var fields: HTTPFields = [.authorization: "Bearer " + token]
        if body != nil { fields.append(.contentType, "application/json") }
        for (name, value) in more { fields.append(HTTPFieldName(name)!, value) }
        let content: HTTPClientRequest.Body = try body.map { .bytes(try JSONCodec.encode($0)) } ?? .none
        return try await client.send(Self.patient(HTTPClientRequest(method, path, fields: fields, body: content)), to: origin)
    }

    /// A compiler on a busy machine takes its time.
    private static func patient(_ request: HTTPClientRequest) -> HTTPClientRequest {
        var request = request
        request.timeouts.head = .seconds(600)
        request.timeouts.body = .seconds(600)
        return request
    }

    /// Sends bytes as they are.
    func upload(
        _ method: HTTPMethod, _ path: String, token: String, _ bytes: [UInt8], fields more: [(String, String)] = []
    ) async throws -> Answer {
        var fields: HTTPFields = [.authorization: "Bearer " + token, .contentType: "application/octet-stream"]
        for (name, value) in more { fields.append(HTTPFieldName(name)!, value) }
        let response = try await client.send(
            Self.patient(HTTPClientRequest(method, path, fields: fields, body: .bytes(bytes))), to: origin)
        return Answer(status: response.status.code, fields: response.fields, body: try await response.body.collect(upTo: 64 << 20))
    }

    /// The body of an answer 200, however large.
    func download(_ path: String, token: String) async throws -> [UInt8] {
        let response = try await open(.get, path, token: token, NoContent?.none)
        try #require(response.status == .ok)
        return try await response.body.collect(upTo: 256 << 20)
    }

    /// What a person may do here.
    static let personScopes: [Permission] = [
        .sandboxesRead, .sandboxesWrite, .toolsRead, .toolsWrite, .toolsExecute, .secretsRead, .secretsWrite, .filesWrite,
    ]

    func personToken(_ person: Person) throws -> String {
        try neighbours.token(for: person, scopes: Self.personScopes)
    }

    func agentToken(_ person: Person) throws -> String { try neighbours.token(for: person, scopes: [.toolCalls], actor: .agent) }

    /// Carries out a call and returns its events.
    func call(_ call: ToolCall, as person: Person) async throws -> [ExecutionEvent] {
        let answer = try await send(.post, "/internal/v1/tool-calls", token: agentToken(person), call)
        try #require(answer.status == 200, "\(answer.json)")
        return try answer.events()
    }

    /// Waits until a sandbox has ended.
    func waitForEnd(of sandbox: SandboxID, token: String) async throws {
        try await loop.eventually {
            try await send(.get, "/api/v1/sandboxes/\(sandbox)", token: token).decoded(Sandbox.self).status != .running
        }
    }

    // MARK: Life

    /// Another process's worth of the same service, on the same database. To be stopped.
    func replica() async throws -> RunningToolExecution {
        let replica = RunningToolExecution(loop, configuration, administrator, neighbours)
        try await replica.start()
        return replica
    }

    func start() async throws {
        runtime = ServiceRuntime(name: .toolExecution, loop: loop, process: configuration.process)
        let listener = try runtime.listen(host: "127.0.0.1", port: 0)
        origin = HTTPOrigin(host: "127.0.0.1", port: listener.address.port)
        service = loop.spawn { [configuration, runtime] in
            try await ToolExecutionServer.serve(configuration, runtime, on: listener)
        }
        var answer: Answer?
        do {
            try await loop.eventually {
                answer = try await send(.get, "/readyz", token: "none")
                return answer?.status == 200
            }
        } catch is TimedOut {
            Issue.record("not ready: \(answer?.json ?? "")")
        }
    }

    func stop() async throws {
        runtime.stop()
        try await service?.value
    }
}

/// Runs `body` with a tool-execution service that listens on a free port.
///
/// - Parameter outside: Settings that name a server of the outside by its port; there is one when they are given.
func withToolExecution(
    settings: [String: String] = [:], outside: (@Sendable (UInt16) -> [String: String])? = nil,
    configure: @Sendable @escaping (inout ToolExecutionConfiguration) -> Void = { _ in },
    _ body: @escaping @Sendable (RunningToolExecution) async throws -> Void
) async throws {
    let launcher = try CompiledLauncher.shared.get()
    try await withDatabase { loop, database in
        try await database.addService("tool_execution", loop)
        let neighbours = try Neighbours(on: loop)
        let server = outside == nil ? nil : try Outside(on: loop)
        let further = server.flatMap { outside?($0.port) } ?? [:]
        let environment = [
            "DATABASE_URL": database.connectionString(user: "tool_execution"),
            "DATABASE_OWNER_URL": database.connectionString(user: "tool_execution_owner"), "PORT": "0", "LOG_LEVEL": "error",
            "LAUNCHER": launcher.executable, "SANDBOX_POOL_PYTHON": "1",
        ].merging(neighbours.environment) { $1 }.merging(settings) { $1 }.merging(further) { $1 }
        var configuration = try Settings.read(environment: environment) { ToolExecutionConfiguration($0) }
        configure(&configuration)
        _ = try await ToolExecutionServer.migrate(configuration, MigrationTarget(version: nil), loop)
        let administrator = PostgresClient(loop, database.configuration())
        defer { administrator.close() }
        let running = RunningToolExecution(outside: server, loop, configuration, administrator, neighbours)
        try await running.start()
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(running)) } catch { outcome = .failure(error) }
        try await running.stop()
        neighbours.stop()
        await server?.stop()
        try outcome.get()
    }
}
