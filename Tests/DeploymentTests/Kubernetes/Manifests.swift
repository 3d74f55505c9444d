import Foundation

/// The manifests of a kustomization, as `kubectl kustomize` renders them.
struct Manifests: Sendable {
    let yaml: Data
    let documents: [Value]

    static let overlays = ["dev", "staging", "prod"]

    private static let rendered = Dictionary(
        uniqueKeysWithValues: (overlays.map { "overlays/" + $0 } + ["node"]).map { folder in
            (folder, Shared { try await Manifests(rendering: folder) })
        })

    /// Those of an overlay.
    static func overlay(_ name: String) async throws -> Manifests { try await of("overlays/" + name) }

    /// Those of a folder of `k8s`.
    static func of(_ folder: String) async throws -> Manifests {
        guard let manifests = rendered[folder] else { throw Command.Failure(description: "k8s/\(folder) is not known") }
        return try await manifests.value
    }

    /// The Secrets that `k8s/secrets.sh` makes of a new environment file.
    static let secrets = Shared {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "env").path
        try await Command.succeed(Repository.file("deploy/environment.sh").path, [file])
        return try await Manifests(yaml: Command.succeed(Repository.file("k8s/secrets.sh").path, [file]).standardOutput)
    }

    private init(rendering folder: String) async throws {
        let output = try await Command.succeed(Tool.kubectl.path, ["kustomize", Repository.file("k8s/" + folder).path])
        try await self.init(yaml: output.standardOutput)
    }

    init(yaml: Data) async throws {
        self.yaml = yaml
        let script = "import json, sys, yaml; json.dump([d for d in yaml.safe_load_all(sys.stdin.buffer) if d], sys.stdout)"
        let output = try await Command.succeed(Tool.python.path, ["-c", script], input: yaml)
        documents = try JSONDecoder().decode([Value].self, from: output.standardOutput)
    }

    func all(_ kinds: String...) -> [Value] { documents.filter { kinds.contains($0["kind"].string ?? "") } }

    func named(_ kind: String, _ name: String) -> Value? { all(kind).first { $0.name == name } }

    /// Whatever starts pods.
    var workloads: [Value] { all("Deployment", "StatefulSet", "DaemonSet", "Job") }

    /// What is wrong by the schemas of a Kubernetes version, fields that it does not know included.
    func schemaProblems(version: String) async throws -> String {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "manifests.yaml")
        try yaml.write(to: file)
        let output = try await Command.run(
            Tool.python.path,
            ["-m", "kubernetes_validate", "--strict", "--quiet", "--no-warn", "--kubernetes-version", version, file.path])
        return output.status == 0 ? "" : output.text + output.standardError
    }
}

/// A value of JSON; what is not there is `null`, all the way down.
enum Value: Decodable, Equatable, Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([Value])
    case object([String: Value])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([Value].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: Value].self))
        }
    }

    subscript(key: String) -> Value {
        if case .object(let members) = self { members[key] ?? .null } else { .null }
    }

    subscript(index: Int) -> Value {
        if case .array(let elements) = self, elements.indices.contains(index) { elements[index] } else { .null }
    }

    var array: [Value] { if case .array(let elements) = self { elements } else { [] } }
    var object: [String: Value] { if case .object(let members) = self { members } else { [:] } }
    var string: String? { if case .string(let text) = self { text } else { nil } }
    var number: Double? { if case .number(let number) = self { number } else { nil } }
    var bool: Bool? { if case .bool(let flag) = self { flag } else { nil } }
    var isNull: Bool { self == .null }

    /// Of a manifest.
    var name: String { self["metadata"]["name"].string ?? "" }
    /// Of whatever starts pods.
    var pod: Value { self["spec"]["template"]["spec"] }
    var podLabels: [String: String] { self["spec"]["template"]["metadata"]["labels"].object.compactMapValues(\.string) }
    var containers: [Value] { pod["initContainers"].array + pod["containers"].array }
}
