import EventLoop
import Foundation
import HTTPMessage
import JSON
import PostgresClient
import Testing
import WireProtocol

@testable import ToolExecutionService

@Suite("Secrets", .timeLimit(.minutes(15)))
struct SecretTests {
    private static let keys = ["MASTER_KEYS": "1:" + Data(repeating: 5, count: 32).base64EncodedString()]

    private func create(
        _ secret: CreateSecret, _ service: RunningToolExecution, token: String, fields: [(String, String)] = []
    ) async throws -> RunningToolExecution.Answer {
        try await service.send(.post, "/api/v1/secrets", token: token, secret, fields: fields)
    }

    @Test("a secret is kept sealed, listed without its value, and forgotten")
    func life() async throws {
        try await withToolExecution(settings: Self.keys) { service in
            let person = Person(service.loop)
            let token = try service.personToken(person)
            let made = try await create(
                CreateSecret(name: "github", value: "hunter2-hunter2", hosts: ["api.github.com"], prefix: "Bearer "), service, token: token)
            #expect(made.status == 201)
            let secret: Secret = try made.decoded()
            #expect(secret.header == "authorization" && secret.prefix == "Bearer " && secret.hosts == ["api.github.com"])
            let list = try await service.send(.get, "/api/v1/secrets", token: token)
            #expect(try list.decoded(Page<Secret>.self).data == [secret])
            for answer in [made, list] { #expect(!String(decoding: answer.body, as: UTF8.self).contains("hunter2")) }
            let rows = try await service.administrator.query("SELECT row_to_json(s)::text FROM tool_execution.secrets s")
            let row: String = try #require(rows.first).decode(at: 0)
            let sealed = Data("hunter2-hunter2".utf8).map { String(format: "%02x", $0) }.joined()
            #expect(row.contains("github") && !row.contains("hunter2") && !row.contains(sealed))
            let stranger = try service.personToken(Person(service.loop))
            #expect(try await service.send(.get, "/api/v1/secrets", token: stranger).decoded(Page<Secret>.self).data.isEmpty)
            #expect(try await service.send(.delete, "/api/v1/secrets/\(secret.id)", token: stranger).status == 404)
            #expect(try await service.send(.delete, "/api/v1/secrets/\(secret.id)", token: token).status == 204)
            #expect(try await service.send(.delete, "/api/v1/secrets/\(secret.id)", token: token).status == 404)
            #expect(try await service.send(.get, "/api/v1/secrets", token: token).decoded(Page<Secret>.self).data.isEmpty)
        }
    }

    @Test("a name is taken once; the same request sent again gives the same secret, another one under its key is refused")
    func once() async throws {
        try await withToolExecution(settings: Self.keys) { service in
            let token = try service.personToken(Person(service.loop))
            let request = CreateSecret(name: "a", value: "one", hosts: ["a.com"])
            let key = [("idempotency-key", "k")]
            let secret: Secret = try await create(request, service, token: token, fields: key).decoded()
            let again = try await create(request, service, token: token, fields: key)
            #expect(try again.decoded(Secret.self) == secret && again.fields["idempotent-replayed"] == "true")
            var other = request
            other.value = "two"
            #expect(try await create(other, service, token: token, fields: key).status == 422)
            #expect(try await create(other, service, token: token).status == 409)
            var named = request
            named.name = "b"
            #expect(try await create(named, service, token: token, fields: key).code == "idempotency_key_reused")
            // A key is kept for a day.
            try await service.administrator.query("UPDATE tool_execution.secrets SET created_at = created_at - interval '25 hours'")
            #expect(try await create(request, service, token: token, fields: key).status == 409)
            #expect(try await create(named, service, token: token, fields: key).status == 201)
        }
    }

    @Test("of two different requests under one key at the same time, one is carried out")
    func race() async throws {
        try await withToolExecution(settings: Self.keys) { service in
            let token = try service.personToken(Person(service.loop))
            for number in 0..<10 {
                let tasks = ["a", "b"].map { name in
                    let request = CreateSecret(name: "\(name)\(number)", value: "one", hosts: ["a.com"])
                    return service.loop.spawn {
                        try await create(request, service, token: token, fields: [("idempotency-key", "k\(number)")])
                    }
                }
                var codes: [String] = []
                for task in tasks { codes.append(try await task.value.code ?? "made") }
                #expect(codes.sorted() == ["idempotency_key_reused", "made"])
            }
            let list = try await service.send(.get, "/api/v1/secrets", token: token).decoded(Page<Secret>.self)
            #expect(list.data.count == 10)
        }
    }

    @Test("what cannot be a secret is refused with every wrong place, and without a key to seal with nothing is kept")
    func refused() async throws {
        try await withToolExecution { service in
            let token = try service.personToken(Person(service.loop))
            let answer = try await create(CreateSecret(name: "a", value: "b", hosts: ["a.com"]), service, token: token)
            #expect(answer.status == 503 && answer.json["detail"]?.string?.contains("MASTER_KEYS") == true)
        }
        try await withToolExecution(settings: Self.keys) { service in
            let token = try service.personToken(Person(service.loop))
            let wrong = CreateSecret(name: "a b", value: "x\r\nHost: y", hosts: ["*", "ok.org"], header: "Host", prefix: "é")
            let answer = try await create(wrong, service, token: token)
            let pointers = answer.json["errors"]?.elements?.compactMap { $0["pointer"]?.string } ?? []
            #expect(answer.status == 422 && Set(pointers) == ["/name", "/hosts/0", "/header", "/value", "/prefix"])
            let grant = NetworkGrant(hosts: ["a.com"], secrets: ["none"])
            let unknown = try await service.send(.post, "/api/v1/sandboxes", token: token, CreateSandbox(network: grant))
            #expect(unknown.status == 422 && unknown.json["errors"]?[0]?["pointer"] == "/network/secrets/0")
        }
    }

    @Test("the proxy puts a secret into requests to its host over TLS, and into no other; the sandbox never has it")
    func injected() async throws {
        try await withEncryptedOutside(settings: Self.keys) { service, outside in
            let token = try service.personToken(Person(service.loop))
            let host = "127.0.0.1:\(outside.port)"
            _ = try await create(
                CreateSecret(name: "mine", value: "hunter2", hosts: [host], prefix: "Bearer "), service, token: token)
            _ = try await create(CreateSecret(name: "key", value: "k-e-y", hosts: [host], header: "X-API-Key"), service, token: token)
            _ = try await create(CreateSecret(name: "elsewhere", value: "wrong", hosts: ["elsewhere.org"]), service, token: token)
            func call(_ arguments: JSONValue) async throws -> ToolResult {
                let answer = try await service.send(
                    .post, "/api/v1/tools/http_request/execute", token: token, ExecuteTool(arguments: arguments))
                try #require(answer.status == 200, "\(answer.json)")
                return try answer.decoded()
            }
            let url = "https://\(host)/who"
            let with = try await call([
                "url": .string(url), "method": "POST", "body": "{}", "headers": ["Authorization": "mine"], "secrets": ["mine", "key"],
            ])
            #expect(with.content.contains(#"\"authorization\": \"Bearer hunter2\""#), "\(with)")
            #expect(with.content.contains(#"\"key\": \"k-e-y\""#))
            let without = try await call(["url": .string(url)])
            #expect(without.content.contains(#"\"authorization\": null"#), "\(without)")
            let other = try await call(["url": .string(url), "secrets": ["elsewhere"]])
            #expect(other.content.contains(#"\"authorization\": null"#))
            // Within the sandbox there is no trace of it: not in its environment, files, or memory of its processes.
            let sandbox: Sandbox = try await service.send(
                .post, "/api/v1/sandboxes", token: token,
                CreateSandbox(language: .python, network: NetworkGrant(hosts: [host], secrets: ["mine"]))
            ).decoded()
            let code = "import os; print('hunter' + '2' in str(os.environ) + open('/proc/self/environ').read())"
            let looked: ExecutionResult = try await service.send(
                .post, "/api/v1/sandboxes/\(sandbox.id)/execute", token: token, ExecuteCode(language: .python, code: code)
            ).decoded()
            #expect(looked.stdout == "False\n")
            let shown = try await service.send(.get, "/api/v1/sandboxes/\(sandbox.id)", token: token)
            let described: Sandbox = try shown.decoded()
            #expect(described.network == NetworkGrant(hosts: [host], maxBytes: 100_000_000, secrets: ["mine"]))
            #expect(described.tier == "namespaces" && !described.paused)
            #expect(!String(decoding: shown.body, as: UTF8.self).contains("hunter"))
            let requests: Page<NetworkRequest> = try await service.send(.get, "/api/v1/network-requests", token: token).decoded()
            #expect(requests.data.allSatisfy { $0.path == "/who" && $0.status == 200 } && requests.data.count == 3)
        }
    }

    @Test("a secret never leaves in plain text")
    func plain() async throws {
        try await withToolExecution(
            settings: Self.keys, configure: { $0.addresses = AddressPolicy(exceptions: ["127.0.0.1"]) }
        ) { service in
            let outside = try Outside(on: service.loop)
            let token = try service.personToken(Person(service.loop))
            let host = "127.0.0.1:\(outside.port)"
            _ = try await create(CreateSecret(name: "mine", value: "hunter2", hosts: [host]), service, token: token)
            let result: ToolResult = try await service.send(
                .post, "/api/v1/tools/http_request/execute", token: token,
                ExecuteTool(arguments: ["url": .string("http://\(host)/"), "secrets": ["mine"]])
            ).decoded()
            #expect(result.exitCode == 0, "\(result)")
            #expect(outside.requests.count == 1 && outside.requests.allSatisfy { $0.fields["authorization"] == nil })
            await outside.stop()
        }
    }

    private func withEncryptedOutside(
        settings: [String: String], _ body: @escaping @Sendable (RunningToolExecution, EncryptedOutside) async throws -> Void
    ) async throws {
        // The certificate's file has to be named before the service starts, the server lives on the service's loop: so the file comes first.
        let file = try CertificateFile()
        defer { file.remove() }
        try await withToolExecution(
            settings: settings,
            configure: {
                $0.addresses = AddressPolicy(exceptions: ["127.0.0.1"])
                $0.certificates = file.certificate
            }
        ) { service in
            let outside = try await EncryptedOutside.start(file, on: service.loop)
            let outcome: Result<Void, any Error>
            do { outcome = .success(try await body(service, outside)) } catch { outcome = .failure(error) }
            await outside.stop()
            try outcome.get()
        }
    }
}
