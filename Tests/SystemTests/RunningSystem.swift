import EventLoop
import Foundation
import HTTPClient
import HTTPMessage
import ScriptedModel
import Support
import Testing
import WireProtocol

/// The six services in processes of their own, with a database, ports and a folder of their own, and a scripted model.
final class RunningSystem {
    let loop: EventLoop
    let database: TestDatabase
    let model: ScriptedModelServer
    private let modelServing: LoopTask<Void>
    let client: HTTPClient
    let gateway: HTTPOrigin
    /// Where the file service keeps what was uploaded.
    let folder: String
    let services: [ServiceName: ServiceProcess]
    /// Kept while the system lives: a service that is started again finds its port free.
    private var ports: [ServiceName: ReservedPort] = [:]

    private static let names: [ServiceName] = [.auth, .file, .toolExecution, .agent, .simulation, .gateway]

    init(_ loop: EventLoop, _ database: TestDatabase, folder: String) async throws {
        self.loop = loop
        self.database = database
        self.folder = folder
        let model = try ScriptedModelServer(on: loop, ModelScript([]))
        self.model = model
        modelServing = loop.spawn { try await model.serve() }
        client = HTTPClient(on: loop)
        let launcher = try CompiledLauncher.shared.get()
        let redis = ProcessInfo.processInfo.environment["TROUPE_TEST_REDIS"] ?? ""

        for name in Self.names { ports[name] = try ReservedPort() }
        let url = ports.mapValues { "http://127.0.0.1:\($0.number)" }

        var environment = [
            "PATH": "/usr/bin:/bin", "LOG_LEVEL": "warning", "SHUTDOWN_SECONDS": "5", "TOKEN_ISSUER": url[.gateway] ?? "",
            "REDIS_URL": redis,
            "MASTER_KEYS": "1:" + Data(repeating: 7, count: 32).base64EncodedString(), "PASSWORD_COST": "4",
            "LAUNCHER": launcher.executable, "STORAGE_PATH": folder,
            "FILE_SIGNING_KEY": Data(repeating: 9, count: 32).base64EncodedString(), "PUBLIC_URL": url[.gateway] ?? "",
            "MODEL_URL": model.baseURL, "MODEL_NAME": "scripted", "INTERNAL_PORT": "0", "RATE_LIMIT_REQUESTS": "0",
            "RATE_LIMIT_LOGINS": "0",
        ]
        for name in Self.names {
            let variable = name.rawValue.uppercased().replacingOccurrences(of: "-", with: "_")
            environment[variable + "_URL"] = url[name]
            environment[variable + "_SECRET"] = "secret of \(name.rawValue)"
        }
        var services: [ServiceName: ServiceProcess] = [:]
        for name in Self.names {
            let role = name.rawValue.replacingOccurrences(of: "-", with: "_")
            var own = environment
            let port = ports[name]?.number ?? 0
            own["PORT"] = String(port)
            own["SERVICE_SECRET"] = "secret of \(name.rawValue)"
            own["DATABASE_URL"] = database.connectionString(user: role)
            own["DATABASE_OWNER_URL"] = database.connectionString(user: role + "_owner")
            services[name] = ServiceProcess(name, port: port, environment: own, loop: loop)
            if name != .gateway { try await database.addService(role, loop) }
        }
        self.services = services
        gateway = HTTPOrigin(host: "127.0.0.1", port: ports[.gateway]?.number)
        for name in Self.names where name != .gateway { try await services[name]?.migrate() }
        for name in Self.names { try services[name]?.start() }
        for name in Self.names { try await waitUntilReady(name) }
    }

    subscript(name: ServiceName) -> ServiceProcess {
        get throws { try #require(services[name]) }
    }

    /// Waits until a service says that it is ready.
    func waitUntilReady(_ name: ServiceName) async throws {
        let service = try self[name]
        let origin = HTTPOrigin(host: "127.0.0.1", port: service.port)
        // The gateway is ready when the services are, and those are asked themselves.
        let path = name == .gateway ? "/health" : "/readyz"
        do {
            try await eventually { [client] in
                guard service.isRunning else { throw ProcessFailure(name: name, detail: "it has ended", output: service.output) }
                let response = try? await client.send(HTTPClientRequest(.get, path), to: origin)
                return response?.status == .ok
            }
        } catch is TimedOut {
            throw ProcessFailure(name: name, detail: "it is not ready", output: service.output)
        }
    }

    /// Looks again and again until something holds; throws `TimedOut` after a minute.
    func eventually(_ condition: @escaping () async throws -> Bool) async throws {
        try await loop.withTimeout(.seconds(60)) { [loop] in
            while try await !condition() { try await loop.sleep(for: .milliseconds(10)) }
        }
    }

    func stop() async {
        for service in services.values where service.isRunning { try? await service.kill() }
        modelServing.cancel()
    }
}

/// Runs `body` with a whole system of its own.
func withSystem(_ body: @escaping @Sendable (RunningSystem) async throws -> Void) async throws {
    try await withDatabase { loop, database in
        let folder = NSTemporaryDirectory() + "system-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let system = try await RunningSystem(loop, database, folder: folder)
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(system)) } catch { outcome = .failure(error) }
        await system.stop()
        if case .failure = outcome {
            for service in system.services.values where !service.output.isEmpty {
                Issue.record("\(service.name.rawValue) wrote:\n\(service.output.prefix(20).joined(separator: "\n"))")
            }
        }
        try outcome.get()
    }
}
