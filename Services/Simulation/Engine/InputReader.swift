package import EventLoop
package import Telemetry
package import WireProtocol

/// Hears what people have left for a simulation.
package protocol InputListener: AnyObject {
    /// The place of the last that it knows.
    var lastHeard: Int { get }
    /// Takes what comes next, in order. `isAll`: there was no more when it was read.
    func hear(_ inputs: [PersonInput], isAll: Bool)
}

/// Reads what people have left in the simulations that are held on this loop. Most of them only wait, so whoever wants to know at about the same time
/// is told by one query.
package final class InputReader {
    /// Something that a person left.
    package struct Found {
        package let simulation: SimulationID
        package let ordinal: Int
        /// nil: it is of a kind that is not known here.
        package let input: PersonInput?

        package init(simulation: SimulationID, ordinal: Int, input: PersonInput?) {
            self.simulation = simulation
            self.ordinal = ordinal
            self.input = input
        }
    }

    /// Finds what was left after places, at most so much in all; of each simulation what comes next.
    package typealias Search = (_ places: [SimulationID: Int], _ limit: Int) async throws -> [Found]

    private let loop: EventLoop
    private let log: Logger
    private let search: Search
    private var waiting: [SimulationID: any InputListener] = [:]
    private var isReading = false

    private static let groupSize = 1024
    private static let pageSize = 64

    package init(on loop: EventLoop, log: Logger, _ search: @escaping Search) {
        self.loop = loop
        self.log = log
        self.search = search
    }

    /// Tells the listener soon, by a query that begins after this call, should there be anything. Does not repeat what fails: it will be asked again.
    package func read(for simulation: SimulationID, to listener: any InputListener) {
        waiting[simulation] = listener
        guard !isReading else { return }
        isReading = true
        loop.spawnUnobserved { [self] in
            while !waiting.isEmpty { await readGroup() }
            isReading = false
        }
    }

    private func readGroup() async {
        let group = Dictionary(uniqueKeysWithValues: waiting.prefix(Self.groupSize).map { ($0.key, $0.value) })
        for simulation in group.keys { waiting[simulation] = nil }
        let found: [Found]
        do { found = try await search(group.mapValues(\.lastHeard), Self.pageSize) } catch {
            return log.warning("what people left could not be read", ["simulations": .int(group.count), "error": .error(error)])
        }
        let isAll = found.count < Self.pageSize
        let parts = Dictionary(grouping: found, by: \.simulation)
        for (simulation, listener) in group {
            if let part = parts[simulation] {
                tell(listener, part, isAll: isAll)
            } else if !isAll, waiting[simulation] == nil {
                waiting[simulation] = listener
            }
        }
    }

    private func tell(_ listener: any InputListener, _ part: [Found], isAll: Bool) {
        var (inputs, place): ([PersonInput], Int) = ([], listener.lastHeard)
        for found in part.sorted(by: { $0.ordinal < $1.ordinal }) where found.ordinal == place + 1 {
            guard let input = found.input else {
                log.error(
                    "what a person left is of an unknown kind",
                    ["simulation": .string(found.simulation.description), "ordinal": .int(found.ordinal)])
                break
            }
            inputs.append(input)
            place = found.ordinal
        }
        if !inputs.isEmpty { listener.hear(inputs, isAll: isAll) }
    }
}
