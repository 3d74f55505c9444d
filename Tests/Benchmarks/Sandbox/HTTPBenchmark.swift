import EventLoop
import Glibc
import HTTPClient
import HTTPMessage
import JSON
import Support
import WireProtocol

/// Sandboxes as a person uses them: over HTTP, with rows in PostgreSQL.
struct HTTPBenchmark {
    private let loop: EventLoop
    private let client: HTTPClient
    private let origin: HTTPOrigin
    private let issuer: TestIssuer
    private let token: String
    private let rounds: Int

    init(_ loop: EventLoop, port: UInt16, rounds: Int) throws {
        self.loop = loop
        self.rounds = rounds
        client = HTTPClient(on: loop)
        origin = HTTPOrigin(host: "127.0.0.1", port: port)
        issuer = try TestIssuer(on: loop)
        token = try issuer.token(for: issuer.makePerson(), lifetime: 86_400)
    }

    func run() async throws {
        for (name, value) in issuer.environment { print("\(name)=\(value)") }
        print("FILE_URL=\(issuer.origin)\n")
        fflush(nil)
        while true {
            if let answer = try? await client.send(HTTPClientRequest(.get, "/readyz"), to: origin), answer.status == .ok { break }
            try await loop.sleep(for: .milliseconds(100))
        }
        try await loop.sleep(for: .seconds(2))
        var fresh = Figures()
        var warm = Figures()
        for _ in 0..<rounds {
            let path = try await fresh.measure(loop) {
                let path = try await create()
                try await evaluate(path)
                return path
            }
            for _ in 0..<5 { try await warm.measure(loop) { try await evaluate(path) } }
            _ = try await send(.delete, path)
            try await loop.sleep(for: .milliseconds(10))
        }
        show("fresh Python sandbox and first evaluation, HTTP", asked: "p50 12 ms", measured: milliseconds(fresh))
        show("warm evaluation, HTTP", asked: "p50 1.5 ms", measured: milliseconds(warm))
        try await measureThroughput()
    }

    private func measureThroughput() async throws {
        let start = loop.preciseNow
        try await loop.withTaskScope { [self] scope in
            for _ in 0..<4 {
                scope.spawn { [self] in
                    for _ in 0..<(rounds / 2) {
                        let path = try await create()
                        try await evaluate(path)
                        _ = try await send(.delete, path)
                    }
                }
            }
        }
        let perSecond = Double(rounds / 2 * 4) / (loop.preciseNow - start).seconds
        show("create, evaluate, delete over HTTP, four at a time", asked: "", measured: "\(rounded(perSecond)) a second")
    }

    private func create() async throws -> String {
        let made: Sandbox = try await send(.post, "/api/v1/sandboxes", CreateSandbox())
        return "/api/v1/sandboxes/\(made.id)"
    }

    private func evaluate(_ path: String) async throws {
        let result: ExecutionResult = try await send(.post, path + "/execute", ExecuteCode(language: .python, code: "print(1)"))
        guard result.stdout == "1\n" else { throw Refused(text: result.stderr) }
    }

    private struct Refused: Error {
        let text: String
    }

    private func send<Answer: Decodable>(_ method: HTTPMethod, _ path: String, _ body: some Encodable) async throws -> Answer {
        let bytes = try await send(method, path, bytes: try JSONCodec.encode(body))
        return try JSONCodec.decode(Answer.self, from: bytes, unknownFields: .ignored)
    }

    private func send(_ method: HTTPMethod, _ path: String, bytes: [UInt8]? = nil) async throws -> [UInt8] {
        var fields: HTTPFields = [.authorization: "Bearer " + token]
        if bytes != nil { fields.append(.contentType, "application/json") }
        let answer = try await client.send(
            HTTPClientRequest(method, path, fields: fields, body: bytes.map { .bytes($0) } ?? .none), to: origin)
        let content = try await answer.body.collect(upTo: 1 << 20)
        guard (200..<300).contains(answer.status.code) else { throw Refused(text: String(decoding: content, as: UTF8.self)) }
        return content
    }
}
