import Foundation

/// `docker-compose.yml` as docker compose itself understands it, with everything that may be chosen as `.env.example` has it.
struct ComposeProject: Decodable, Sendable {
    var services: [String: ComposeService]
    var networks: [String: ComposeNetwork]

    static let project = Shared { try await ComposeProject(environmentFile: Repository.file(".env.example")) }

    init(environmentFile: URL) async throws {
        let output = try await Command.succeed(
            Tool.dockerCompose.path,
            ["--project-directory", Repository.root.path, "--env-file", environmentFile.path, "config", "--format", "json"],
            environment: ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent"])
        self = try JSONDecoder().decode(ComposeProject.self, from: output.standardOutput)
    }
}

struct ComposeNetwork: Decodable, Sendable {
    var `internal`: Bool?
}

struct ComposeService: Decodable, Sendable {
    var image: String
    var build: Build?
    var command: [String]?
    var environment: [String: String]?
    var dependsOn: [String: Dependency]?
    var healthcheck: HealthCheck?
    var networks: [String: Ignored?]?
    var ports: [Port]?
    var volumes: [Volume]?
    var tmpfs: [String]?
    var readOnly: Bool?
    var isPrivileged: Bool?
    var capabilitiesDropped: [String]?
    var capabilitiesAdded: [String]?
    var securityOptions: [String]?
    var user: String?
    var restart: String?
    var stopGracePeriod: String?

    /// Which of our own images it is, by the stage of the Dockerfile; nil: it is from elsewhere.
    var target: String? { image.hasPrefix("troupe/") ? image.dropFirst(7).split(separator: ":").first.map(String.init) : nil }

    enum CodingKeys: String, CodingKey {
        case image, build, command, environment, healthcheck, networks, ports, volumes, tmpfs, user, restart
        case dependsOn = "depends_on"
        case readOnly = "read_only"
        case isPrivileged = "privileged"
        case capabilitiesDropped = "cap_drop"
        case capabilitiesAdded = "cap_add"
        case securityOptions = "security_opt"
        case stopGracePeriod = "stop_grace_period"
    }

    struct Build: Decodable, Sendable {
        var dockerfile: String
        var target: String
    }

    struct Dependency: Decodable, Sendable {
        var condition: String
        var required: Bool
    }

    struct HealthCheck: Decodable, Sendable {
        var test: [String]?
        var disable: Bool?
    }

    struct Port: Decodable, Sendable {
        var target: Int
        var published: String?
    }

    struct Volume: Decodable, Sendable {
        var type: String
        var source: String?
        var target: String
        var isReadOnly: Bool?

        enum CodingKeys: String, CodingKey {
            case type, source, target
            case isReadOnly = "read_only"
        }
    }

    struct Ignored: Decodable, Sendable {}
}
