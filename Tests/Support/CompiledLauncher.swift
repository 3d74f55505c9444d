import Foundation

/// The sandbox launcher, compiled once for all tests of a process, with the drivers beside it in a folder that everyone may read.
package struct CompiledLauncher: Sendable {
    package let executable: String
    package let drivers: String

    package static let shared = Result { try CompiledLauncher() }

    private static let folder = FileManager.default.temporaryDirectory.appendingPathComponent("launcher-tests-\(UUID())")

    /// The launcher does not compile; the text is the compiler's.
    package struct Failure: Error {
        package let text: String
    }

    private init() throws {
        let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let sources = project.appendingPathComponent("Services/ToolExecution/Launcher")
        let folder = Self.folder
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        executable = folder.appendingPathComponent("launcher").path
        drivers = folder.appendingPathComponent("sandbox-drivers").path
        let output = try run(sources.appendingPathComponent("build.sh").path, [executable])
        guard output.status == 0 else { throw Failure(text: output.text) }
        for path in [""] + (try FileManager.default.subpathsOfDirectory(atPath: folder.path)) { chmod("\(folder.path)/\(path)", 0o755) }
        atexit { try? FileManager.default.removeItem(at: Self.folder) }
    }
}
