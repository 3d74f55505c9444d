import Foundation

/// A machine of a test's own (`machine.sh`): names, network and processes that nothing outside sees. All of it ends with this object.
final class Machine {
    private let process = Process()
    private let input = Pipe()
    private let first: Int32
    private var started: [Process] = []

    /// - Parameter hosts: The names that it knows, as the text of `/etc/hosts`.
    init(hosts: URL, log: URL) async throws {
        let output = Pipe()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = [Self.script("machine.sh"), hosts.path, try Tool.python.path]
        process.standardInput = input
        process.standardOutput = output
        try Data().write(to: log)
        process.standardError = try FileHandle(forWritingTo: log)
        try process.run()
        let ready = output.fileHandleForReading
        let line: Data = await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: ready.availableData) }
        }
        let pid = process.processIdentifier
        guard String(decoding: line, as: UTF8.self) == "ready\n",
            let child = try? String(contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8),
            let first = Int32(child.trimmingCharacters(in: .whitespaces))
        else { throw Command.Failure(description: "no machine: \((try? String(contentsOf: log, encoding: .utf8)) ?? "")") }
        self.first = first
    }

    static func script(_ name: String) -> String { Repository.file("Tests/DeploymentTests/Image/" + name).path }

    private func entered(_ command: [String]) -> [String] {
        ["--target", String(first), "--user", "--mount", "--net", "--pid", "--preserve-credentials", "--"] + command
    }

    /// Runs a command in it to its end.
    func run(_ command: [String], environment: [String: String]) async throws -> Command.Output {
        try await Command.run("/usr/bin/nsenter", entered(command), environment: environment)
    }

    /// Starts a command in it that goes on.
    func start(_ command: [String], environment: [String: String], log: URL) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/nsenter")
        process.arguments = entered(command)
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        try Data().write(to: log)
        let handle = try FileHandle(forWritingTo: log)
        process.standardOutput = handle
        process.standardError = handle
        try process.run()
        started.append(process)
        return process
    }

    /// Ends everything in it, and waits until it has.
    func stop() async {
        try? input.fileHandleForWriting.close()
        let all = [process] + started
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            Thread.detachNewThread {
                for process in all { process.waitUntilExit() }
                continuation.resume()
            }
        }
    }
}
