import Foundation
import Support

/// A setting as `troupe-<service> --help` shows it: the one source of its name, default and meaning.
struct DeclaredSetting: Equatable, Sendable {
    var name: String
    var meaning: String
    var isRequired: Bool
    var isSecret: Bool
}

/// Everything that a service can be told.
struct DeclaredSettings: Sendable {
    let service: String
    let settings: [DeclaredSetting]

    /// The services, by the names that they have in compose files and manifests.
    static let services = ["auth", "agent", "tool-execution", "file", "simulation", "gateway"]
    static let withoutTables: Set = ["gateway"]

    static let all = Shared {
        var all: [DeclaredSettings] = []
        for service in services { all.append(try await DeclaredSettings(of: service)) }
        return all
    }

    init(of service: String) async throws {
        let help = try await Command.succeed(builtProgram("troupe-" + service), ["--help"], environment: [:]).text
        try self.init(service: service, help: help)
    }

    /// Reads pairs of lines: the name, then `meaning. [required | optional | default X, secret]`.
    init(service: String, help: String) throws {
        self.service = service
        var settings: [DeclaredSetting] = []
        var name: String?
        for line in help.split(separator: "\n") {
            if let match = line.wholeMatch(of: #/  ([A-Z][A-Z0-9_]*)/#) {
                name = String(match.1)
            } else if let current = name, let match = line.wholeMatch(of: #/      (.*)\. \[(required|optional|default .*?)(, secret)?\]/#) {
                settings.append(
                    DeclaredSetting(name: current, meaning: String(match.1), isRequired: match.2 == "required", isSecret: match.3 != nil))
                name = nil
            } else if name != nil {
                throw Command.Failure(description: "\(service) --help: the line after \(name ?? "") is not understood: \(line)")
            }
        }
        guard !settings.isEmpty else { throw Command.Failure(description: "\(service) --help shows no setting") }
        self.settings = settings
    }

    /// What is wrong with the environment that a deployment gives this service.
    func problems(of environment: Set<String>, in place: String) -> [String] {
        let given = Set(environment.map { $0.hasSuffix("_FILE") ? String($0.dropLast(5)) : $0 })
        let known = Set(settings.map(\.name))
        let unknown = given.subtracting(known).sorted().map { "\(place) sets \($0), which troupe-\(service) does not read" }
        let missing = settings.filter { $0.isRequired && !given.contains($0.name) }.map {
            "\(place) does not set \($0.name), without which troupe-\(service) does not start (\($0.meaning))"
        }
        return unknown + missing
    }
}
