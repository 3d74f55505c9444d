import Glibc

/// `benchmark-latency ROUNDS WATCHES NAME=URL…` asks servers 1,000 times a second and prints how long answers take, and what each server adds
/// to the first. The token is in TOKEN. `benchmark-latency watch` prints when its core stood still; WATCHES are files of such lines, with
/// commas between, or empty.
@main
enum Main {
    private static let requestsOfTurn = 50
    private static let turns = 20

    static func main() throws {
        let arguments = CommandLine.arguments
        if arguments.dropFirst() == ["watch"] { PauseWatch.run() }
        guard arguments.count > 4, let rounds = Int(arguments[1]), let token = getenv("TOKEN") else {
            print("usage: TOKEN=… benchmark-latency ROUNDS WATCHES NAME=URL… | benchmark-latency watch")
            exit(64)
        }
        let servers = try arguments.dropFirst(3).map { try Server($0, token: String(cString: token)) }
        let start = Clock.now
        let exchanges = try measure(servers, rounds)
        let watches = arguments[2].split(separator: ",").map(String.init)
        let pauses = try watches.map { try Pauses(file: $0, from: start, to: Clock.now) }
        Report(servers.map(\.name), exchanges, pauses).show()
    }

    /// The exchanges of each server in each round. The servers take turns of a twentieth of a second, forwards and backwards, so that
    /// all of them meet whatever else the machine does.
    private static func measure(_ servers: [Server], _ rounds: Int) throws -> [[[Exchange]]] {
        for server in servers { _ = try server.ask(times: 500) }
        var exchanges = servers.map { _ in [[Exchange]](repeating: [], count: rounds) }
        for round in 0..<rounds {
            for turn in 0..<turns {
                let order = Array(servers.indices)
                for index in turn.isMultiple(of: 2) ? order : order.reversed() {
                    exchanges[index][round] += try servers[index].ask(times: requestsOfTurn)
                }
            }
        }
        return exchanges
    }
}

/// A request and its answer, in nanoseconds.
struct Exchange {
    /// When the request was to be sent: if it was sent late, that counts, too.
    let due: Int
    let answered: Int

    var milliseconds: Double { Double(answered - due) / 1e6 }
}

enum Clock {
    /// Nanoseconds of the clock that all processes share.
    static var now: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    static func time(_ nanoseconds: Int) -> timespec { timespec(tv_sec: nanoseconds / 1_000_000_000, tv_nsec: nanoseconds % 1_000_000_000) }
}
