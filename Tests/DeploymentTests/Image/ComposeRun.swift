import Foundation

/// Runs `docker-compose.yml` without an engine: our own services in trees of files that are assembled as the Dockerfile says, in
/// containers as far as the kernel makes them for anybody, in the order and with the environment that the file gives. PostgreSQL, Redis
/// and the model are this machine's own, at the addresses and with the passwords of the file.
///
/// What is not tried: the engine itself, its networks and its limits. All containers share one network, in which each has an address; so
/// `HOST` is that address, the only setting that is not the file's.
final class ComposeRun {
    private let project: ComposeProject
    private let dockerfile: Dockerfile
    private let folder: TemporaryFolder
    private let trees: ImageTrees
    private let machine: Machine
    private var running: [String: Process] = [:]
    private var isUp: Set<String> = []
    /// The filter of a seccomp profile, once it is made.
    private var filters: [String: String] = [:]

    /// Where containers keep what outlives them.
    var volumes: URL { folder.url.appending(path: "volumes") }
    private var hosts: URL { folder.url.appending(path: "hosts") }

    /// - Parameter script: What the model says.
    init(script: String) async throws {
        folder = try TemporaryFolder()
        let environment = folder.url.appending(path: "env")
        try await Command.succeed(Repository.file("deploy/environment.sh").path, [environment.path])
        let project = try await ComposeProject(environmentFile: environment)
        self.project = project
        dockerfile = try Dockerfile()
        trees = try await ImageTrees(in: folder.url.appending(path: "images"))
        let names = "127.0.0.1 localhost\n" + project.services.keys.sorted().map { "\(Self.address($0, project)) \($0)\n" }.joined()
        try Data(names.utf8).write(to: folder.url.appending(path: "hosts"))
        try Data(script.utf8).write(to: folder.url.appending(path: "model.json"))
        machine = try await Machine(hosts: folder.url.appending(path: "hosts"), log: folder.url.appending(path: "machine.log"))
    }

    /// Every address that begins with 127 is the machine itself, so each service can have its own. The scripted model has no choice.
    private static func address(_ name: String, _ project: ComposeProject) -> String {
        name == "model" ? "127.0.0.1" : "127.0.1.\((project.services.keys.sorted().firstIndex(of: name) ?? 0) + 1)"
    }

    func address(of name: String) -> String { Self.address(name, project) }

    /// Starts everything, each when what it depends on is as it says.
    func up() async throws {
        for name in project.services.keys.sorted() { try await bring(up: name) }
    }

    private func bring(up name: String) async throws {
        guard !isUp.contains(name), let service = project.services[name] else { return }
        for (other, dependency) in (service.dependsOn ?? [:]).sorted(by: { $0.key < $1.key }) {
            guard dependency.required || project.services[other] != nil else { continue }
            try await bring(up: other)
        }
        if service.restart == "no" {
            let command = try await command(of: name, service)
            let output = try await machine.run(command, environment: environment(of: name, service))
            guard output.status == 0 else {
                throw Command.Failure(description: "\(name) ended with \(output.status):\n\(output.text)\n\(output.standardError)")
            }
        } else {
            running[name] = try machine.start(
                try await command(of: name, service), environment: environment(of: name, service), log: log(of: name))
            try await waitUntilHealthy(name, service)
        }
        isUp.insert(name)
    }

    private func log(of name: String) -> URL { folder.url.appending(path: name + ".log") }

    /// What a service wrote.
    func output(of name: String) -> String { (try? String(contentsOf: log(of: name), encoding: .utf8)) ?? "" }

    private func waitUntilHealthy(_ name: String, _ service: ComposeService) async throws {
        let check = try await healthCheck(of: name, service)
        let environment = try environment(of: name, service)
        let deadline = ContinuousClock.now + .seconds(500)
        while ContinuousClock.now < deadline {
            guard running[name]?.isRunning == true else {
                throw Command.Failure(description: "\(name) has ended while it started:\n\(output(of: name))")
            }
            if try await machine.run(check, environment: environment).status == 0 { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw Command.Failure(description: "\(name) does not become healthy:\n\(output(of: name))")
    }

    private func healthCheck(of name: String, _ service: ComposeService) async throws -> [String] {
        switch StandIn(service) {
        case .postgres?: return ["pg_isready", "--quiet", "--host", name]
        case .redis?: return ["redis-cli", "-h", name, "ping"]
        case .model?: return ["/bin/bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8000"]
        case .psql?, nil:
            let target = try Self.target(service)
            return try await contained(dockerfile.healthCheck(target), name, service)
        }
    }

    /// A command in a container of a service, as another process beside it.
    func run(_ command: [String], in name: String) async throws -> Command.Output {
        guard let service = project.services[name] else { throw Command.Failure(description: "there is no service \(name)") }
        return try await machine.run(try await contained(command, name, service), environment: environment(of: name, service))
    }

    /// A program of this machine, with the network of the services.
    func run(_ command: [String], environment: [String: String]) async throws -> Command.Output {
        try await machine.run(command, environment: environment)
    }

    func stop() async { await machine.stop() }

    private static func target(_ service: ComposeService) throws -> String {
        guard let target = service.target else { throw Command.Failure(description: "\(service.image) is not built here") }
        return target
    }

    private func environment(of name: String, _ service: ComposeService) throws -> [String: String] {
        var environment = service.environment ?? [:]
        if StandIn(service) != nil {
            environment["PATH"] = StandIn.path
        } else {
            environment.merge(try dockerfile.environment(Self.target(service))) { given, _ in given }
            environment["HOST"] = address(of: name)
        }
        return environment
    }

    private func command(of name: String, _ service: ComposeService) async throws -> [String] {
        if let standIn = StandIn(service) {
            return try standIn.command(
                service, address: address(of: name), data: folder.url.appending(path: name), model: folder.url.appending(path: "model.json")
            )
        }
        return try await contained(dockerfile.entrypoint(Self.target(service)) + (service.command ?? []), name, service)
    }

    private func contained(_ command: [String], _ name: String, _ service: ComposeService) async throws -> [String] {
        let tree = try await trees.tree(of: Self.target(service))
        var mounts = (service.tmpfs ?? []).map { "tmpfs " + ($0.split(separator: ":").first.map(String.init) ?? $0) }
        for volume in service.volumes ?? [] {
            guard volume.type == "volume", let source = volume.source else {
                throw Command.Failure(description: "\(name) mounts what is not a volume: \(volume.target)")
            }
            let place = volumes.appending(path: source)
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
            mounts.append("bind \(place.path) \(volume.target)")
        }
        var command = command
        if let profile = service.securityOptions?.compactMap({ $0.hasPrefix("seccomp:") ? String($0.dropFirst(8)) : nil }).first {
            let loader = try Repository.text("Tests/DeploymentTests/Image/confined.py")
            command = ["/usr/bin/python3", "-c", loader, try await filter(of: profile)] + command
        }
        return [
            "/bin/bash", Machine.script("container.sh"), tree.path, String(service.readOnly == true), hosts.path,
            mounts.joined(separator: "\n"),
        ]
            + command
    }

    private func filter(of profile: String) async throws -> String {
        if let filter = filters[profile] { return filter }
        let path = Repository.file(profile).path
        let filter = try await Command.succeed(Tool.python.path, [Machine.script("seccomp.py"), path]).text
        filters[profile] = filter.trimmingCharacters(in: .newlines)
        return filters[profile] ?? ""
    }
}
