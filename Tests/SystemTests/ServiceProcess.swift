import EventLoop
import Foundation
import Support
import WireProtocol

/// A service as its executable, in a process of its own.
final class ServiceProcess {
    let name: ServiceName
    let port: UInt16
    private let environment: [String: String]
    private let wrapper: [String]
    private let loop: EventLoop
    private var child: ChildProcess?
    private var reader: LoopTask<Void>?
    /// The last lines that it wrote.
    private(set) var output: [String] = []

    /// - Parameter wrapper: A command that starts it; its own follows.
    init(_ name: ServiceName, port: UInt16, environment: [String: String], wrapper: [String] = [], loop: EventLoop) {
        self.name = name
        self.port = port
        self.environment = environment
        self.wrapper = wrapper
        self.loop = loop
    }

    /// Brings its schema up to date.
    func migrate() async throws {
        let status = try await start(["migrate"]).exitStatus()
        guard status == .exited(code: 0) else { throw ProcessFailure(name: name, detail: "migrate: \(status)", output: output) }
    }

    /// Starts it; it answers a little later.
    func start() throws { child = try start([]) }

    private func start(_ arguments: [String]) throws -> ChildProcess {
        let (stream, descriptor) = try loop.makeSocketPair()
        // With the test's thread the service ends too, whatever ended that.
        let command = wrapper + ["/usr/bin/setpriv", "--pdeathsig", "KILL", builtProgram("troupe-\(name.rawValue)")] + arguments
        let child = try loop.startProcess(
            command[0], arguments: Array(command.dropFirst()),
            environment: environment,
            descriptors: [(ours: dup(descriptor), theirs: 1), (ours: descriptor, theirs: 2)])
        reader = loop.spawn { [weak self] in
            var bytes: [UInt8] = []
            while try await stream.read(appendingTo: &bytes) > 0 {
                while let end = bytes.firstIndex(of: 0x0A) {
                    self?.keep(String(decoding: bytes[..<end], as: UTF8.self))
                    bytes.removeSubrange(...end)
                }
            }
        }
        return child
    }

    private func keep(_ line: String) {
        output.append(line)
        if output.count > 100 { output.removeFirst() }
    }

    /// The number of its process.
    var identifier: Int32? { child?.identifier }

    /// Whether it runs.
    var isRunning: Bool { child.map { !$0.hasEnded } ?? false }

    /// Ends it as a power cut would.
    func kill() async throws {
        child?.kill()
        _ = try await child?.exitStatus()
    }

    /// Starts another one with the same settings, but these, and waits for its end; what it wrote is in its `output`.
    func runAgain(
        _ changes: [String: String] = [:], arguments: [String] = []
    ) async throws -> (status: ExitStatus, output: [String]) {
        let other = ServiceProcess(name, port: port, environment: environment.merging(changes) { $1 }, loop: loop)
        let status = try await other.start(arguments).exitStatus()
        try await other.reader?.value
        return (status, other.output)
    }

    /// Asks it to stop and waits until it has; returns how.
    func stop() async throws -> ExitStatus? {
        child?.signal(SIGTERM)
        return try await child?.exitStatus()
    }
}

/// A process that did not do what a test relies on.
struct ProcessFailure: Error, CustomStringConvertible {
    let name: ServiceName
    let detail: String
    let output: [String]

    var description: String { "\(name.rawValue): \(detail)\n" + output.suffix(20).joined(separator: "\n") }
}
