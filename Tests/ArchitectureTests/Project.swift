import Foundation

/// The project's files, read once.
enum Project {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Every Swift source under `Shared`, `Services`, `Tests` and `deploy`.
    static let sources: [SwiftSource] = ["Shared", "Services", "Tests", "deploy"].flatMap { folder in
        files(under: folder).filter { $0.hasSuffix(".swift") }.map { path in
            SwiftSource(path: path, text: read(path))
        }
    }

    /// The sources that ship: no tests.
    static let shipped = sources.filter { $0.isUnder("Shared") || $0.isUnder("Services") }

    static func read(_ path: String) -> String {
        (try? String(contentsOf: root.appending(path: path), encoding: .utf8)) ?? ""
    }

    /// Paths relative to the project, sorted.
    static func files(under folder: String) -> [String] {
        let names = FileManager.default.enumerator(atPath: root.appending(path: folder).path)?.allObjects as? [String] ?? []
        return names.map { folder + "/" + $0 }.sorted()
    }

    static func entries() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root.path).sorted()
    }

    /// The targets as the package manager itself reads them from `Package.swift`.
    static let targets: Result<[Target], any Error> = Result {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        // A scratch folder of its own: the usual one is locked by the command that runs the tests.
        process.arguments = [
            "swift", "package", "dump-package", "--package-path", root.path,
            "--scratch-path", root.appending(path: ".build/architecture").path,
        ]
        process.standardOutput = output
        try process.run()
        let json = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return try JSONDecoder().decode(Manifest.self, from: json).targets
    }
}

/// The part of `swift package dump-package` that the checks need.
private struct Manifest: Decodable {
    var targets: [Target]
}

struct Target: Decodable, Sendable {
    var name: String
    var type: String
    var path: String
    var exclude: [String]
    var dependencies: [Dependency]

    struct Dependency: Decodable, Sendable {
        var name: String

        /// Encoded as `{"byName": ["JSON", null]}`.
        init(from decoder: any Decoder) throws {
            let kinds = try decoder.singleValueContainer().decode([String: [String?]].self)
            name = kinds.values.first?.first.flatMap(\.self) ?? ""
        }
    }

    /// The sources of this target.
    var sources: [SwiftSource] {
        Project.sources.filter(owns)
    }

    func owns(_ source: SwiftSource) -> Bool {
        source.isUnder(path) && !exclude.contains { source.isUnder(path + "/" + $0) }
    }
}
