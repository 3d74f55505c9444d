import Foundation

/// Runs a program to its end; the text is what it wrote to both streams.
package func run(_ program: String, _ arguments: [String]) throws -> (status: Int32, text: String) {
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

/// The path of a program of the project, which lies beside the bundle of the tests.
package func builtProgram(_ name: String) -> String {
    var folder = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
    while !FileManager.default.fileExists(atPath: folder.appending(path: name).path), folder.path != "/" {
        folder = folder.deletingLastPathComponent()
    }
    return folder.appending(path: name).path
}
