package import EventLoop
package import HTTPServer
package import Telemetry
package import WireProtocol

/// What a service is given on each of its loops.
package final class ServiceRuntime {
    package let loop: EventLoop
    /// 0 on the first loop, which does what is to be done once in a process.
    package let loopIndex: Int
    package let loopCount: Int
    package let log: Logger
    /// This loop's metrics.
    package let metrics = MetricsRegistry()
    /// The metrics of all loops.
    package let collector: MetricsCollector
    package let health: HealthChecks
    private let process: ProcessConfiguration
    private let stopping: Signal
    package private(set) var isStopping = false

    /// For one loop of a process; tests make one for a service that they run themselves.
    package init(
        name: ServiceName, loop: EventLoop, process: ProcessConfiguration, collector: MetricsCollector = MetricsCollector(),
        loopIndex: Int = 0
    ) {
        self.loop = loop
        self.loopIndex = loopIndex
        self.process = process
        self.collector = collector
        loopCount = process.loops
        log = Logger(service: name.rawValue, level: process.logLevel, output: LogOutput(on: loop))
        health = HealthChecks(loop: loop)
        stopping = Signal(on: loop)
        collector.add(metrics, on: loop)
    }

    /// Asks the service to stop: it finishes what it is doing and `serve` returns.
    package func stop() {
        isStopping = true
        stopping.notify()
    }

    /// Waits until `stop`.
    package func waitUntilStopping() async throws {
        try await stopping.wait { [self] in !isStopping }
    }

    /// Listens where the configuration says, and serves until `stop`, together with what runs in the background; then lets running
    /// requests end. Throws when the port is taken, or when something in the background fails.
    ///
    /// - Parameter listening: Told the address, once it is known.
    package func serve(
        _ handler: @escaping HTTPHandler, background: [() async throws -> Void], listening: (SocketAddress) -> Void = { _ in }
    ) async throws {
        let listener = try listen(host: process.host, port: process.port)
        listening(listener.address)
        try await serve(handler, on: listener, background: background)
    }

    /// The same for a listener that is there already.
    package func serve(
        _ handler: @escaping HTTPHandler, on listener: Listener, configuration: HTTPServerConfiguration = HTTPServerConfiguration(),
        background: [() async throws -> Void] = []
    ) async throws {
        var configuration = configuration
        configuration.makeRefusal = ProblemAnswer.refusal
        let server = HTTPServer(on: loop, configuration: configuration)
        server.onFailure = { [log] error, _ in log.error("unexpected error", ["error": .error(error)]) }
        // What only the start needed goes back to the system.
        ProcessMemory.release()
        if loopIndex == 0 { log.info("listening", ["address": .string("\(listener.address)")]) }
        try await loop.withTaskScope { [self] scope in
            for run in background { scope.spawn(run) }
            scope.spawn { try await server.serve(listener, handler) }
            try await waitUntilStopping()
            await server.shutdown(deadline: .seconds(process.shutdownSeconds))
            scope.cancelAll()
        }
    }

    /// Listens on a numeric address; the error names it.
    package func listen(host: String, port: Int) throws -> Listener {
        guard let port = UInt16(exactly: port), let address = SocketAddress(numeric: host, port: port) else {
            throw ConfigurationError(problems: ["HOST must be a numeric address"])
        }
        return try loop.listen(on: address, sharePort: loopCount > 1)
    }
}
