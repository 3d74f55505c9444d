import EventLoop
import Glibc

/// Measures sandboxes beside what was asked for.
///
///     benchmark-sandbox LAUNCHER [ROUNDS]     at the supervisor
///     benchmark-sandbox --http PORT [ROUNDS]  through a tool-execution service that is to listen on PORT: prints its settings, with an
///                                             empty line at their end, and waits for it
@main
enum Main {
    static func main() throws {
        var arguments = Array(CommandLine.arguments.dropFirst())
        let isHTTP = arguments.first == "--http"
        if isHTTP { arguments.removeFirst() }
        guard let subject = arguments.first, let rounds = Int(arguments.count > 1 ? arguments[1] : "300"), rounds > 0 else {
            print("usage: benchmark-sandbox LAUNCHER [ROUNDS] | --http PORT [ROUNDS]")
            exit(64)
        }
        // A closure written here would belong to the main actor, as `main` does.
        try EventLoop.run(isHTTP ? measuringHTTP(subject, rounds) : measuringSupervisor(subject, rounds))
        exit(0)
    }

    private static func measuringSupervisor(_ launcher: String, _ rounds: Int) -> (EventLoop) async throws -> Void {
        { loop in try await SupervisorBenchmark(loop: loop, launcher: launcher, rounds: rounds).run() }
    }

    private static func measuringHTTP(_ port: String, _ rounds: Int) -> (EventLoop) async throws -> Void {
        { loop in try await HTTPBenchmark(loop, port: UInt16(port) ?? 0, rounds: rounds).run() }
    }
}
