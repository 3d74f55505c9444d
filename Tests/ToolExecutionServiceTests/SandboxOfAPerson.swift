import EventLoop
import HTTPClient
import HTTPMessage
import JSON
import Testing
import WireProtocol

/// A sandbox over HTTP, with its owner's token.
struct SandboxOfAPerson {
    let service: RunningToolExecution
    let token: String
    let id: SandboxID

    var path: String { "/api/v1/sandboxes/\(id)" }

    func send(
        _ method: HTTPMethod, _ below: String, _ body: (some Encodable)? = NoContent?.none, fields: [(String, String)] = []
    ) async throws -> RunningToolExecution.Answer {
        try await service.send(method, path + below, token: token, body, fields: fields)
    }

    /// Sends bytes as they are.
    func upload(
        _ below: String, _ bytes: [UInt8], _ method: HTTPMethod = .post, fields: [(String, String)] = []
    ) async throws -> RunningToolExecution.Answer {
        try await service.upload(method, path + below, token: token, bytes, fields: fields)
    }

    /// Runs a command to its end.
    func run(_ command: StartCommand) async throws -> SandboxCommand {
        let answer = try await send(.post, "/commands", command)
        try #require(answer.status == 200, "\(answer.json)")
        return try answer.decoded()
    }

    /// Starts a command in the background.
    func begin(_ command: StartCommand) async throws -> SandboxCommand {
        var command = command
        command.background = true
        let answer = try await send(.post, "/commands", command)
        try #require(answer.status == 201, "\(answer.json)")
        return try answer.decoded()
    }

    /// All events of a command up to its end.
    func events(_ below: String, after number: Int = 0) async throws -> [CommandEvent] {
        try Self.events(of: await send(.get, below + "/events", fields: [("last-event-id", "\(number)")]).body)
    }

    /// The events of a stream that is over.
    static func events(of bytes: [UInt8]) throws -> [CommandEvent] {
        var parser = ServerSentEventParser()
        return try parser.consume(bytes).map {
            try JSONCodec.decode(CommandEvent.self, from: Array($0.data.utf8), unknownFields: .refused)
        }
    }

    /// The stream of a command's events.
    func follow(_ below: String) async throws -> HTTPClientResponse {
        try await service.open(.get, path + below + "/events", token: token)
    }
}

/// Runs `body` with a sandbox of a person of its own.
func withSandbox(
    settings: [String: String] = [:], create: CreateSandbox = CreateSandbox(language: .bash),
    _ body: @escaping @Sendable (SandboxOfAPerson) async throws -> Void
) async throws {
    try await withToolExecution(settings: settings) { service in
        let token = try service.personToken(Person(service.loop))
        let sandbox: Sandbox = try await service.send(.post, "/api/v1/sandboxes", token: token, create).decoded()
        try await body(SandboxOfAPerson(service: service, token: token, id: sandbox.id))
    }
}
