import EventLoop
import Foundation
import HTTPClient
import HTTPMessage
import PostgresClient
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
    /// Between the services and their PostgreSQL, and their Redis.
    let (postgres, redis): (Relay, Relay)
    private let observer: PostgresClient
    /// Kept while the system lives: a service that is started again finds its port free.
    private var ports: [ServiceName: ReservedPort] = [:]
    /// Where the gateway answers what is not for the public.
    let internalPort: ReservedPort

    private static let names: [ServiceName] = [.auth, .file, .toolExecution, .agent, .simulation, .gateway]
    private static let withoutTables: Set<ServiceName> = [.gateway]

    /// - Parameters:
    ///   - folder: Empty; everything that the system stores is below it.
    ///   - wrappers: Commands that start services; the service's own follows.
    init(
        _ loop: EventLoop, _ database: TestDatabase, folder: String, wrappers: [ServiceName: [String]] = [:]
    ) async throws {
        self.loop = loop
        self.database = database
        self.folder = folder + "/files"
        let model = try ScriptedModelServer(on: loop, ModelScript([]))
        self.model = model
        modelServing = loop.spawn { try await model.serve() }
        client = HTTPClient(on: loop)
        let launcher = try CompiledLauncher.shared.get()
        observer = PostgresClient(loop, database.configuration())
        postgres = try Relay(on: loop, at: .unix(folder + "/.s.PGSQL.5432"), to: try await socketAddress(of: observer))
        redis = try Relay(on: loop, at: .unix(folder + "/redis.sock"), to: try testRedisConfiguration().socketAddress)

        internalPort = try ReservedPort()
        for name in Self.names { ports[name] = try ReservedPort() }
        let url = ports.mapValues { "http://127.0.0.1:\($0.number)" }

        var environment = [
            "PATH": "/usr/bin:/bin", "LOG_LEVEL": "warning", "SHUTDOWN_SECONDS": "5", "TOKEN_ISSUER": url[.gateway] ?? "",
            "REDIS_URL": "unix://\(folder)/redis.sock",
            "MASTER_KEYS": "1:" + Data(repeating: 7, count: 32).base64EncodedString(), "PASSWORD_COST": "4",
            "LAUNCHER": launcher.executable, "STORAGE_PATH": folder + "/files",
            "FILE_SIGNING_KEY": Data(repeating: 9, count: 32).base64EncodedString(), "PUBLIC_URL": url[.gateway] ?? "",
            "MODEL_URL": model.baseURL, "MODEL_NAME": "scripted", "INTERNAL_PORT": String(internalPort.number), "RATE_LIMIT_REQUESTS": "0",
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
            own["DATABASE_URL"] = database.connectionString(user: role, socketIn: folder)
            own["DATABASE_OWNER_URL"] = database.connectionString(user: role + "_owner", socketIn: folder)
            services[name] = ServiceProcess(name, port: port, environment: own, wrapper: wrappers[name] ?? [], loop: loop)
            if !Self.withoutTables.contains(name) { try await database.addService(role, loop) }
        }
        self.services = services
        gateway = HTTPOrigin(host: "127.0.0.1", port: ports[.gateway]?.number)
        for name in Self.names where !Self.withoutTables.contains(name) { try await services[name]?.migrate() }
        for name in Self.names { try services[name]?.start() }
        for name in Self.names { try await waitUntilReady(name) }
    }

    subscript(name: ServiceName) -> ServiceProcess {
        get throws { try #require(services[name]) }
    }

    /// Waits until a service says that it is ready.
    func waitUntilReady(_ name: ServiceName) async throws {
        let service = try self[name]
        // The gateway tells the public only of itself and all services together.
        let origin = HTTPOrigin(host: "127.0.0.1", port: name == .gateway ? internalPort.number : service.port)
        do {
            try await loop.eventually { [client] in
                guard service.isRunning else { throw ProcessFailure(name: name, detail: "it has ended", output: service.output) }
                let response = try? await client.send(HTTPClientRequest(.get, "/readyz"), to: origin)
                return response?.status == .ok
            }
        } catch is TimedOut {
            throw ProcessFailure(name: name, detail: "it is not ready", output: service.output)
        }
    }

    func stop() async {
        for service in services.values where service.isRunning { try? await service.kill() }
        modelServing.cancel()
        postgres.goDown()
        redis.goDown()
        observer.close()
    }
}

/// Runs `body` with a whole system of its own.
///
/// - Parameter wrappers: Commands that start services in a folder, in which the file service's `files` are; the service's own follows.
func withSystem(
    wrappers: @escaping @Sendable (_ folder: String) -> [ServiceName: [String]] = { _ in [:] },
    _ body: @escaping @Sendable (RunningSystem) async throws -> Void
) async throws {
    try await withDatabase { loop, database in
        // The paths of sockets are in it, and those may be 107 bytes long.
        let folder = "/tmp/system-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder + "/files", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let system = try await RunningSystem(loop, database, folder: folder, wrappers: wrappers(folder))
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

/// What a test that kills services anywhere draws from: the same each time, unless TROUPE_TEST_SEED gives another, or is `random`. It is printed, to
/// repeat it.
func testSeed() -> UInt64 {
    let given = ProcessInfo.processInfo.environment["TROUPE_TEST_SEED"]
    let seed = given == "random" ? UInt64.random(in: 0...UInt64.max) : given.flatMap { UInt64($0) } ?? 2026
    print("TROUPE_TEST_SEED=\(seed)")
    return seed
}
