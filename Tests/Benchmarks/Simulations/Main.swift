import EventLoop
import Glibc
import HTTPClient
import ScriptedModel
import Support

/// `benchmark-simulations AGENT-PORT SIMULATION-PORT [COUNT]`: first measures the machine of a crew alone; then prints the settings of an agent
/// and a simulation service that are to listen on these ports, with an empty line at their end; once both are ready, has crews of 4 members do
/// 8 tasks, first one simulation after the other and then 64 at a time, COUNT of each, and prints how fast they were. The model is scripted.
@main
enum Main {
    private static let concurrency = 64

    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 3, let agent = UInt16(arguments[1]), let simulation = UInt16(arguments[2]),
            let count = Int(arguments.count > 3 ? arguments[3] : "200"), count > 0
        else {
            print("usage: benchmark-simulations AGENT-PORT SIMULATION-PORT [COUNT]")
            exit(64)
        }
        // A closure written here would belong to the main actor, as `main` does.
        try EventLoop.run(measuring(agent, simulation, count))
        exit(0)
    }

    private static func measuring(_ agent: UInt16, _ simulation: UInt16, _ count: Int) -> (EventLoop) async throws -> Void {
        { loop in
            let issuer = try TestIssuer(on: loop)
            let model = try ScriptedModelServer(on: loop, ModelScript([ScriptedRule(.text("It is done.", deltaLength: 16))]))
            loop.spawn { try await model.serve() }
            for (name, value) in issuer.environment { print("\(name)=\(value)") }
            print("MODEL_URL=\(model.baseURL)\nMODEL_NAME=scripted\nAGENT_URL=http://127.0.0.1:\(agent)\n")
            fflush(nil)
            let caller = try CrewCaller(
                loop, concurrency, agent: HTTPOrigin(host: "127.0.0.1", port: agent),
                simulation: HTTPOrigin(host: "127.0.0.1", port: simulation),
                token: issuer.token(for: issuer.makePerson(), lifetime: 86_400))
            try await caller.waitUntilReady()
            try await measure(loop, caller, count)
            let turns = try MachineMeasurement.turnsPerSecond(loop)
            print("the machine of a crew alone, its events encoded, nothing stored: \(Int(turns)) turns a second on one core")
            fflush(nil)
        }
    }

    private static func measure(_ loop: EventLoop, _ caller: CrewCaller, _ count: Int) async throws {
        try await caller.prepare()
        for _ in 0..<max(1, count / 10) { _ = try await caller.rehearse() }
        var times: [Double] = []
        for _ in 0..<count { times.append(try await caller.rehearse()) }
        times.sort()
        print(
            "a simulation, 4 members and 8 tasks, from the request to the last result: \(milliseconds(times[count / 2])) ms at the median"
                + " (goal: 40), \(milliseconds(times[count * 99 / 100])) ms at the 99th percentile")

        let start = loop.preciseNow
        var left = count
        try await loop.withTaskScope { scope in
            for _ in 0..<concurrency {
                scope.spawn {
                    while left > 0 {
                        left -= 1
                        _ = try await caller.rehearse()
                    }
                }
            }
        }
        let seconds = (loop.preciseNow - start).seconds
        print(
            "\(Int(Double(count * CrewCaller.tasks) / seconds)) turns a second, \(concurrency) simulations in flight: each turn a durable run of the agent"
                + " service (goal: 1000)")
    }

    private static func milliseconds(_ seconds: Double) -> Double { (seconds * 100_000).rounded() / 100 }
}
