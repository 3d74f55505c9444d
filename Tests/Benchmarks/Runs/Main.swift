import EventLoop
import Glibc
import HTTPClient
import Support
import WireProtocol

/// `benchmark-runs PORT [RUNS]`: prints the settings of an agent service that is to listen on PORT, with an empty line at their end; once it
/// is ready, has it carry out so many runs of three tool calls each, always 64 at a time, then as many of which 500 begin each second, and
/// prints how fast they were. Around what it measures it says `begin` and `end`.
@main
enum Main {
    private static let concurrency = 64
    /// Runs a second.
    private static let rate = 500

    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 2, let port = UInt16(arguments[1]), let runs = Int(arguments.count > 2 ? arguments[2] : "5000"), runs > 0
        else {
            print("usage: benchmark-runs PORT [RUNS]")
            exit(64)
        }
        // A closure written here would belong to the main actor, as `main` does.
        try EventLoop.run(measuring(port, runs))
        exit(0)
    }

    private static func measuring(_ port: UInt16, _ runs: Int) -> (EventLoop) async throws -> Void {
        { loop in
            let surroundings = try Surroundings(on: loop)
            for (name, value) in surroundings.settings { print("\(name)=\(value)") }
            say("")
            let token = try surroundings.issuer.token(for: surroundings.issuer.makePerson(), lifetime: 86_400)
            let agent = AgentCaller(loop, HTTPOrigin(host: "127.0.0.1", port: port), token: token)
            try await agent.waitUntilReady()
            try await measure(loop, agent, surroundings, runs)
        }
    }

    private static func measure(_ loop: EventLoop, _ agent: AgentCaller, _ surroundings: Surroundings, _ count: Int) async throws {
        try await agent.run(in: try await agent.makeConversations(count / 10, concurrency: concurrency), concurrency: concurrency) { _ in }

        let most = try await report(loop, agent, runs: count, every: nil, concurrency)
        print("\(rounded(most.rate)) runs a second, 3 tool calls each, always \(concurrency) in flight (goal: \(rate))\n")
        // Two cores that are never idle make everything wait; what a step takes shows when there is only as much to do as is asked for. For as many
        // to be in flight all the same, code takes its time.
        surroundings.toolTime = .milliseconds(42)
        let kept = try await report(loop, agent, runs: count, every: .seconds(1) / rate, 4 * concurrency)
        print(
            "\(rounded(kept.rate)) runs a second of \(rate) that begin each second, their code takes 42 ms each time: "
                + "\(rounded(kept.inFlight)) in flight on average")
    }

    /// Measures runs, prints how long they and their appends took, and returns how many there were in a second, and at a time.
    private static func report(
        _ loop: EventLoop, _ agent: AgentCaller, runs count: Int, every interval: Duration?, _ concurrency: Int
    ) async throws -> (rate: Double, inFlight: Double) {
        // Made just before, as people do.
        let conversations = try await agent.makeConversations(count, concurrency: concurrency)
        let appendsBefore = try await agent.appendTimes()
        var times: [Double] = []
        say("begin")
        let (start, used) = (loop.preciseNow, clock())
        try await agent.run(in: conversations, every: interval, concurrency: concurrency) { times.append($0) }
        let seconds = (loop.preciseNow - start).seconds
        // The unit of `clock` is a microsecond.
        let ownTime = (clock() - used) / count
        say("end")
        let appends = try await agent.appendTimes().since(appendsBefore)

        times.sort()
        print(
            "a run: \(milliseconds(times[count / 2])) ms at the median, \(milliseconds(times[count * 99 / 100])) ms at the 99th percentile")
        print(
            "an append: \(milliseconds(appends.quantile(0.5))) ms at the median (goal: 2), \(milliseconds(appends.quantile(0.99))) ms at the 99th"
                + " percentile, interpolated in the histogram; \(rounded(appends.count / Double(count))) a run")
        for (bound, count) in appends.cumulative {
            print("  up to \(bound * 1000) ms: \(Int(count)) appends")
            if count == appends.count { break }
        }
        print("the benchmark, with its model and tools: \(ownTime) µs of processor a run")
        return (Double(count) / seconds, times.reduce(0, +) / seconds)
    }

    /// Prints a line at once, for whoever waits for it.
    private static func say(_ line: String) {
        print(line)
        fflush(nil)
    }

    private static func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }
    private static func milliseconds(_ seconds: Double) -> Double { (seconds * 100_000).rounded() / 100 }
}
