import Foundation

/// Runs programs to their end.
struct Command {
    /// What a program wrote, and how it ended.
    struct Output: Sendable {
        var status: Int32
        var standardOutput: Data
        var standardError: String

        var text: String { String(decoding: standardOutput, as: UTF8.self) }
    }

    /// A program that was expected to succeed has not.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Runs a program and returns what it wrote to both streams.
    static func run(
        _ program: String, _ arguments: [String] = [], environment: [String: String]? = nil, input: Data? = nil
    ) async throws -> Output {
        try await withCheckedThrowingContinuation { continuation in
            // Waiting blocks a thread, which must not be one of those that all tests share.
            Thread.detachNewThread {
                continuation.resume(with: Result { try wait(program, arguments, environment: environment, input: input) })
            }
        }
    }

    /// The streams are files: no pipe can fill up.
    private static func wait(_ program: String, _ arguments: [String], environment: [String: String]?, input: Data?) throws -> Output {
        let scratch = try TemporaryFolder()
        let files = ["input", "output", "error"].map { scratch.url.appending(path: $0) }
        try (input ?? Data()).write(to: files[0])
        for file in files.dropFirst() { try Data().write(to: file) }
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        if let environment { process.environment = environment }
        process.currentDirectoryURL = Repository.root
        process.standardInput = try FileHandle(forReadingFrom: files[0])
        process.standardOutput = try FileHandle(forWritingTo: files[1])
        process.standardError = try FileHandle(forWritingTo: files[2])
        // Programs inherit what this thread, unlike a terminal, does not let through.
        var none = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, nil)
        try process.run()
        process.waitUntilExit()
        return Output(
            status: process.terminationStatus, standardOutput: try Data(contentsOf: files[1]),
            standardError: String(decoding: try Data(contentsOf: files[2]), as: UTF8.self))
    }

    /// The same for a program that has to succeed.
    @discardableResult
    static func succeed(
        _ program: String, _ arguments: [String] = [], environment: [String: String]? = nil, input: Data? = nil
    ) async throws -> Output {
        let output = try await run(program, arguments, environment: environment, input: input)
        guard output.status == 0 else {
            let line = ([program] + arguments).joined(separator: " ")
            throw Failure(description: "\(line) ended with \(output.status):\n\(output.text)\n\(output.standardError)")
        }
        return output
    }
}

/// A folder that is gone with its owner.
final class TemporaryFolder: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "deployment-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }
}

/// Something that takes a while and is made once for all tests.
struct Shared<Value: Sendable>: Sendable {
    private let task: Task<Value, any Error>

    init(_ make: @escaping @Sendable () async throws -> Value) { task = Task { try await make() } }

    var value: Value {
        get async throws { try await task.value }
    }
}
