package import EventLoop
internal import Glibc
internal import Synchronization
internal import Telemetry
package import WireProtocol

/// The main function of every service: `<service>` serves, `<service> migrate` brings its schema up to date, `<service> health` asks
/// the one that serves, `--help` shows the settings and what else an operator can do.
package enum ServiceProgram {
    /// - Parameters:
    ///   - configuration: Reads the service's settings.
    ///   - process: The part of it that says how many loops there are and where they listen.
    ///   - healthPort: Where it says whether it is ready, if that is not where it serves.
    ///   - migrations: Brings the schema of this configuration to a version; nil: the service has no tables.
    ///   - commands: What else an operator can do with it.
    ///   - serve: Runs the service on one loop until its runtime is asked to stop.
    package static func main<Configuration: Sendable>(
        _ name: ServiceName, configuration: @Sendable (Settings) -> Configuration,
        process: @Sendable (Configuration) -> ProcessConfiguration,
        healthPort: (@Sendable (Configuration) -> Int)? = nil,
        migrate: (@Sendable (Configuration, MigrationTarget, EventLoop) async throws -> String)? = nil,
        commands: [OperatorCommand<Configuration>] = [],
        serve: @escaping @Sendable (Configuration, ServiceRuntime) async throws -> Void
    ) -> Never {
        let arguments = CommandLine.arguments.dropFirst()
        if arguments.contains("--help") || arguments.contains("-h") {
            let further = commands.map { $0.usage(of: "troupe-\(name.rawValue)") }.joined()
            write(help(name, Settings.declared(by: configuration), hasTables: migrate != nil, further), to: STDOUT_FILENO)
            exit(0)
        }
        do {
            let settings = try Settings.read(environment: SystemEnvironment.variables, configuration)
            ProcessSignals.block(ProcessSignals.termination)
            switch (arguments.first, migrate) {
            case (nil, _):
                try run(name, settings, process(settings), serve)
            case ("migrate"?, let migrate?):
                let target = try MigrationTarget(arguments: Array(arguments.dropFirst()))
                write(try EventLoop.run { loop in try await migrate(settings, target, loop) } + "\n", to: STDOUT_FILENO)
            case ("health"?, _):
                let process = process(settings)
                try checkHealth(host: process.host, port: healthPort?(settings) ?? process.port)
            case (let text?, _):
                guard let command = commands.first(where: { $0.name == text }) else {
                    throw UsageError(description: "unknown command '\(text)'; see --help")
                }
                let rest = Array(arguments.dropFirst())
                write(try EventLoop.run { loop in try await command.run(settings, rest, loop) } + "\n", to: STDOUT_FILENO)
            }
            exit(0)
        } catch {
            write("troupe-\(name.rawValue): \(error)\n", to: STDERR_FILENO)
            exit(error is UsageError || error is ConfigurationError ? 64 : 1)
        }
    }

    /// Runs a loop on each of so many threads until SIGTERM or SIGINT; the first failure stops them all.
    private static func run<Configuration: Sendable>(
        _ name: ServiceName, _ configuration: Configuration, _ process: ProcessConfiguration,
        _ serve: @escaping @Sendable (Configuration, ServiceRuntime) async throws -> Void
    ) throws {
        ProcessLimits.raiseOpenFiles()
        let collector = MetricsCollector()
        let stop = StopBroadcast()
        try EventLoop.run { loop in
            let runtime = ServiceRuntime(name: name, loop: loop, process: process, collector: collector)
            stop.subscribe(loop.remoteCall { (_: StopRequest) in runtime.stop() })
            var running = process.loops
            var failure: (any Error)?
            let changed = Signal(on: loop)
            let ended = loop.remoteCall { (result: Result<Void, any Error>) in
                running -= 1
                if case .failure(let error) = result, failure == nil { failure = error }
                stop.send()
                changed.notify()
            }
            for index in 1..<max(1, process.loops) {
                EventLoop.startThread(name: "loop-\(index)") { other in
                    let runtime = ServiceRuntime(name: name, loop: other, process: process, collector: collector, loopIndex: index)
                    stop.subscribe(other.remoteCall { (_: StopRequest) in runtime.stop() })
                    try await serve(configuration, runtime)
                } ended: {
                    ended($0)
                }
            }
            loop.spawn {
                do {
                    try await serve(configuration, runtime)
                    ended(.success(()))
                } catch {
                    ended(.failure(error))
                }
            }
            loop.spawn {
                let signal = try await loop.waitForSignal(ProcessSignals.termination)
                runtime.log.info("stopping", ["signal": .int(Int(signal))])
                stop.send()
            }
            try await changed.wait { running > 0 }
            if let failure { throw failure }
            runtime.log.info("stopped")
        }
    }

    private static func help(_ name: ServiceName, _ settings: [Setting], hasTables: Bool, _ further: String) -> String {
        var text = "Usage: troupe-\(name.rawValue)             serve\n"
        if hasTables { text += "       troupe-\(name.rawValue) migrate     bring the schema up to date (--to N: to version N)\n" }
        text += "       troupe-\(name.rawValue) health      exit with 0 when the one that serves with these settings is ready\n"
        text += further
        text += "\nSettings, from the environment (NAME_FILE names a file that holds the value):\n"
        for setting in settings {
            let value = setting.defaultValue.map { $0.isEmpty ? "optional" : "default \($0)" } ?? "required"
            text += "  \(setting.name)\n      \(setting.meaning). [\(value)\(setting.isSecret ? ", secret" : "")]\n"
        }
        return text
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count <= 0 { return }
            bytes = bytes.dropFirst(count)
        }
    }
}

/// The command line cannot be understood.
package struct UsageError: Error, CustomStringConvertible {
    package let description: String

    /// With what is wrong, or what would be right.
    package init(description: String) { self.description = description }
}

/// Which version of the schema `migrate` shall reach.
package struct MigrationTarget: Sendable, Hashable {
    /// nil: the latest.
    package let version: Int?

    package init(version: Int?) { self.version = version }

    init(arguments: [String]) throws {
        if arguments.isEmpty {
            version = nil
            return
        }
        guard arguments.count == 2, arguments[0] == "--to", let number = Int(arguments[1]), number >= 0 else {
            throw UsageError(description: "migrate takes nothing, or --to N")
        }
        version = number
    }
}

private struct StopRequest: Sendable {}

/// Asks every loop of the process to stop; who subscribes late is asked at once.
private final class StopBroadcast: Sendable {
    private struct State {
        var subscribers: [@Sendable (StopRequest) -> Void] = []
        var isSent = false
    }

    private let state = Mutex(State())

    func subscribe(_ stop: @escaping @Sendable (StopRequest) -> Void) {
        let isSent = state.withLock { state in
            state.subscribers.append(stop)
            return state.isSent
        }
        if isSent { stop(StopRequest()) }
    }

    func send() {
        let subscribers = state.withLock { state in
            state.isSent = true
            return state.subscribers
        }
        for stop in subscribers { stop(StopRequest()) }
    }
}
