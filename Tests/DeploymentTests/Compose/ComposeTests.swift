import Foundation
import Testing

@Suite("docker-compose.yml")
struct ComposeTests {
    private static let ownImages = Set(DeclaredSettings.services)

    /// The compose services of each of our own.
    private func instances(_ project: ComposeProject) throws -> [(name: String, service: String, compose: ComposeService)] {
        project.services.compactMap { name, compose in
            guard let target = compose.target, Self.ownImages.contains(target) else { return nil }
            return (name, target, compose)
        }.sorted { $0.name < $1.name }
    }

    @Test("sets every setting that a service needs, and none that it does not read", .timeLimit(.minutes(15)))
    func settings() async throws {
        let declared = try await DeclaredSettings.all.value
        let instances = try await instances(ComposeProject.project.value)
        #expect(Set(instances.map(\.service)) == Self.ownImages)
        for (name, service, compose) in instances {
            let settings = try #require(declared.first { $0.service == service })
            let ofImage = try Dockerfile().environment(service).keys.filter { $0 != "PATH" }
            let given = Set((compose.environment ?? [:]).keys).union(ofImage)
            #expect(settings.problems(of: given, in: "docker-compose.yml, \(name)") == [])
        }
    }

    @Test("builds each image once, in the stage of its name: two that write one name at a time may fail", .timeLimit(.minutes(15)))
    func builds() async throws {
        let services = try await ComposeProject.project.value.services.values
        let built = services.filter { $0.build != nil }
        for compose in built { #expect(compose.build?.target == compose.target) }
        #expect(Set(built.map(\.image)).count == built.count)
        #expect(Set(built.map(\.image)) == Set(services.filter { $0.target != nil }.map(\.image)))
    }

    @Test("gives the right to change tables to migrations alone, and runs one before each service", .timeLimit(.minutes(15)))
    func migrations() async throws {
        let project = try await ComposeProject.project.value
        for (name, service, compose) in try instances(project) {
            let owns = compose.environment?["DATABASE_OWNER_URL"] != nil
            #expect(owns == name.hasSuffix("-migration"), "\(name)")
            #expect((compose.command == ["migrate"]) == owns, "\(name)")
            if !owns, !DeclaredSettings.withoutTables.contains(service) {
                #expect(compose.dependsOn?[service + "-migration"]?.condition == "service_completed_successfully", "\(name)")
            }
        }
        #expect(project.services["agent"]?.environment?["TROUPE_ROLE"] == "api")
        #expect(project.services["agent-worker"]?.environment?["TROUPE_ROLE"] == "worker")
    }

    @Test("waits for health: whatever serves is started only when what it needs is ready", .timeLimit(.minutes(15)))
    func order() async throws {
        let project = try await ComposeProject.project.value
        for (name, compose) in project.services {
            for (other, dependency) in compose.dependsOn ?? [:] {
                let endsByItself = project.services[other]?.restart == "no"
                #expect(
                    dependency.condition == (endsByItself ? "service_completed_successfully" : "service_healthy"), "\(name) → \(other)")
            }
        }
        let gateway = try #require(project.services["gateway"])
        let awaited = Set((gateway.dependsOn ?? [:]).keys)
        #expect(awaited.isSuperset(of: Self.ownImages.subtracting(["gateway"])))
    }

    @Test("lets a service finish its requests, and tool-execution end its sandboxes after them", .timeLimit(.minutes(15)))
    func stopping() async throws {
        for (name, _, compose) in try await instances(ComposeProject.project.value) {
            let seconds = Int(compose.stopGracePeriod?.dropLast() ?? "") ?? 0
            #expect(seconds >= 20 + (name == "tool-execution" ? 10 : 0), "\(name)")
        }
    }

    @Test("lets no service be root, write to its own files or gain rights; only the gateway can be reached", .timeLimit(.minutes(15)))
    func security() async throws {
        let project = try await ComposeProject.project.value
        for (name, service, compose) in try instances(project) {
            #expect(compose.readOnly == true, "\(name)")
            #expect(compose.isPrivileged != true, "\(name)")
            #expect(compose.capabilitiesDropped == ["ALL"], "\(name)")
            #expect(compose.capabilitiesAdded == nil, "\(name)")
            #expect(compose.user == nil, "\(name): the image's user is the one that is not root")
            #expect(compose.securityOptions?.contains("no-new-privileges:true") == true, "\(name)")
            // Only where a sandbox is made, the container's own walls have a door.
            #expect((compose.securityOptions ?? []).count == (name == "tool-execution" ? 4 : 1), "\(name)")
            if service != "gateway" { #expect(compose.ports == nil, "\(name)") }
        }
        #expect(project.services.filter { $0.value.ports != nil }.keys.sorted() == ["gateway"])
        #expect(project.services["gateway"]?.ports?.map(\.target) == [8080])
        let reachOutside = project.services.filter { service in
            (service.value.networks ?? [:]).keys.contains { project.networks[$0]?.internal != true }
        }
        #expect(reachOutside.keys.sorted() == ["agent", "agent-worker", "gateway", "tool-execution"])
    }

    @Test(".env.example names everything that may be chosen, and nothing else", .timeLimit(.minutes(15)))
    func environmentExample() async throws {
        let text = try Repository.text("docker-compose.yml")
        let used = Set(text.matches(of: /\$\{([A-Z_]+)/).map { String($0.1) })
        let example = EnvironmentFile(try Repository.text(".env.example"))
        #expect(Set(example.names) == used.union(["COMPOSE_PROFILES"]))
        #expect(example.names.count == example.values.count, "a name stands there twice")
        // What must be given is in it, and what is not a secret has a default.
        let required = Set(text.matches(of: /\$\{([A-Z_]+):\?/).map { String($0.1) })
        for name in example.names where required.contains(name) {
            #expect(example.values[name]?.contains("RANDOM_") == true, "\(name)")
        }
    }

    @Test("deploy/environment.sh writes secrets that no other installation has, once", .timeLimit(.minutes(15)))
    func environmentScript() async throws {
        let folder = try TemporaryFolder()
        let files = ["one", "two"].map { folder.url.appending(path: $0) }
        for file in files { try await Command.succeed(Repository.file("deploy/environment.sh").path, [file.path]) }
        let example = EnvironmentFile(try Repository.text(".env.example"))
        let (one, two) = (
            EnvironmentFile(try String(contentsOf: files[0], encoding: .utf8)),
            EnvironmentFile(try String(contentsOf: files[1], encoding: .utf8))
        )
        #expect(one.names == example.names)
        for name in example.names {
            let value = try #require(one.values[name])
            #expect(!value.contains("RANDOM_"), "\(name)")
            #expect((value == two.values[name]) == (example.values[name]?.contains("RANDOM_") == false), "\(name)")
        }
        let key = try #require(one.values["MASTER_KEYS"]?.split(separator: ":").last)
        #expect(Data(base64Encoded: String(key))?.count == 32)
        #expect(Data(base64Encoded: one.values["FILE_SIGNING_KEY"] ?? "")?.count == 32)
        #expect(one.values["AUTH_DATABASE_PASSWORD"]?.count == 64)
        let mode = try FileManager.default.attributesOfItem(atPath: files[0].path)[.posixPermissions] as? Int
        #expect(mode == 0o600)

        let before = try Data(contentsOf: files[0])
        #expect(try await Command.run(Repository.file("deploy/environment.sh").path, [files[0].path]).status == 1)
        #expect(try Data(contentsOf: files[0]) == before)

        // Several at once: one of them writes it, and what that wrote stays.
        let third = folder.url.appending(path: "three")
        let written = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<6 {
                group.addTask { try await Command.run(Repository.file("deploy/environment.sh").path, [third.path]).status == 0 }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(written == 1)
        #expect(try EnvironmentFile(String(contentsOf: third, encoding: .utf8)).names == example.names)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() == ["one", "three", "two"])
    }
}
