import Foundation
import Testing

/// The launcher, compiled once for all tests, with the drivers beside it in a folder that everyone may read.
struct Launcher {
    let executable: String
    let drivers: String

    static let built = Result { try Launcher() }

    private init() throws {
        let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Services/ToolExecution/Launcher")
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("launcher-tests-\(getpid())")
        try? FileManager.default.removeItem(at: folder)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try FileManager.default.copyItem(at: sources.appendingPathComponent("Drivers"), to: folder.appendingPathComponent("Drivers"))
        executable = folder.appendingPathComponent("launcher").path
        drivers = folder.appendingPathComponent("Drivers").path
        let output = try run(sources.appendingPathComponent("build.sh").path, [executable])
        try #require(output.status == 0, "the launcher does not compile: \(output.text)")
        for path in [folder.path, drivers] { try #require(chmod(path, 0o755) == 0) }
    }
}

/// Who starts the launcher: this process's user, and, when that is root, an ordinary user as well.
enum Caller: CaseIterable, CustomTestStringConvertible {
    case root, ordinary

    static let available: [Caller] = geteuid() == 0 ? [.root, .ordinary] : [.ordinary]

    var testDescription: String { self == .root ? "started by root" : "started by an ordinary user" }

    /// What stands before the launcher's own path.
    var prefix: [String] {
        self == .ordinary && geteuid() == 0 ? ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"] : []
    }
}

func run(_ program: String, _ arguments: [String]) throws -> (status: Int32, text: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
}
