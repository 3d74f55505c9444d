import Foundation
import Support

/// The project's files.
enum Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func file(_ path: String) -> URL { root.appending(path: path) }

    static func text(_ path: String) throws -> String { try String(contentsOf: file(path), encoding: .utf8) }
}

/// The programs that the tests of the deployment run.
enum Tool: String {
    case dockerCompose = "docker-compose"
    case hadolint
    case kubectl
    case python = "python3"
    case promtool

    /// They lie beside the Python that `make test` names, installed from `deploy/local/packages`.
    var path: String {
        get throws {
            guard let python = ProcessInfo.processInfo.environment["TROUPE_PYTHON"] else {
                throw Command.Failure(description: "TROUPE_PYTHON is not set: run the tests with `make test`")
            }
            let programs = URL(filePath: python).deletingLastPathComponent()
            // Debian's is unpacked beside.
            let folder = self == .promtool ? programs.appending(path: "../../debian/usr/bin").standardized : programs
            let path = folder.appending(path: rawValue).path
            guard FileManager.default.isExecutableFile(atPath: path) else {
                throw Command.Failure(description: "\(path) is missing: `make test` installs it")
            }
            return path
        }
    }

    /// A program as an image has it: from the folder that TROUPE_PROGRAMS names (`make images`: optimised, with Swift's libraries in it),
    /// or else the one that the tests are run with.
    static func program(_ name: String) -> String {
        guard let folder = ProcessInfo.processInfo.environment["TROUPE_PROGRAMS"] else { return builtProgram(name) }
        return folder + "/" + name
    }
}
