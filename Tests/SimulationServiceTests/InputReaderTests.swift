import EventLoop
import SimulationService
import Support
import Telemetry
import Testing
import WireProtocol

@Suite("Reading what people left", .timeLimit(.minutes(15)))
struct InputReaderTests {
    /// A simulation that hears.
    private final class Listener: InputListener {
        private(set) var heard: [PersonInput] = []
        private(set) var isAll = true
        private let changed: Signal
        var lastHeard: Int { heard.last?.ordinal ?? 0 }

        init(on loop: EventLoop) { changed = Signal(on: loop) }

        /// Waits until it has heard so much.
        func wait(for count: Int) async throws { try await changed.wait { heard.count < count } }

        func hear(_ inputs: [PersonInput], isAll: Bool) {
            heard += inputs
            self.isAll = isAll
            changed.notify()
        }
    }

    /// What people left, as the database has it.
    private final class Table {
        var rows: [SimulationID: [InputReader.Found]] = [:]
        private(set) var searches: [Set<SimulationID>] = []
        /// What happens while a search is on its way.
        var meanwhile: () -> Void = {}
        func add(_ simulation: SimulationID, kind: PersonInput.Kind? = .say) {
            let ordinal = (rows[simulation]?.count ?? 0) + 1
            let input = kind.map { PersonInput(ordinal: ordinal, kind: $0, userID: .sample, at: Timestamp(seconds: 0)) }
            rows[simulation, default: []].append(InputReader.Found(simulation: simulation, ordinal: ordinal, input: input))
        }

        func search(_ places: [SimulationID: Int], _ limit: Int) async throws -> [InputReader.Found] {
            searches.append(Set(places.keys))
            let found = places.flatMap { simulation, last in (rows[simulation] ?? []).filter { $0.ordinal > last } }.prefix(limit)
            meanwhile()
            return Array(found)
        }
    }

    private func with(_ body: @escaping @Sendable (EventLoop, Table, InputReader) async throws -> Void) async throws {
        try await withLoop { loop in
            let table = Table()
            let log = Logger(service: "test", level: .error, output: LogOutput(on: loop))
            try await body(loop, table, InputReader(on: loop, log: log) { try await table.search($0, $1) })
        }
    }

    @Test("a thousand simulations that only wait cost one query")
    func together() async throws {
        try await with { loop, table, reader in
            let listeners = (0..<1000).map { _ in (SimulationID(loop.makeID()), Listener(on: loop)) }
            table.add(listeners[7].0)
            for (id, listener) in listeners { reader.read(for: id, to: listener) }
            try await listeners[7].1.wait(for: 1)
            #expect(table.searches == [Set(listeners.map(\.0))])
            #expect(listeners.count { !$0.1.heard.isEmpty } == 1)
        }
    }

    @Test("what is left while a query is on its way is heard by the next")
    func meanwhile() async throws {
        try await with { loop, table, reader in
            let (id, listener) = (SimulationID(loop.makeID()), Listener(on: loop))
            table.meanwhile = {
                table.meanwhile = {}
                table.add(id)
                reader.read(for: id, to: listener)
            }
            reader.read(for: id, to: listener)
            try await listener.wait(for: 1)
            #expect(table.searches.count == 2)
        }
    }

    @Test("much is read in parts, and nobody is forgotten over one who has much")
    func parts() async throws {
        try await with { loop, table, reader in
            let listeners = (0..<5).map { _ in (SimulationID(loop.makeID()), Listener(on: loop)) }
            for (id, _) in listeners { for _ in 0..<40 { table.add(id) } }
            for (id, listener) in listeners { reader.read(for: id, to: listener) }
            for (_, listener) in listeners { try await listener.wait(for: 1) }
            for (id, listener) in listeners where !listener.isAll { reader.read(for: id, to: listener) }
            for (_, listener) in listeners { try await listener.wait(for: 40) }
            for (_, listener) in listeners { #expect(listener.heard.map(\.ordinal) == Array(1...40)) }
        }
    }

    @Test("what is of an unknown kind is not passed over, and stops nobody else")
    func unknownKind() async throws {
        try await with { loop, table, reader in
            let (first, second) = ((SimulationID(loop.makeID()), Listener(on: loop)), (SimulationID(loop.makeID()), Listener(on: loop)))
            table.add(first.0)
            table.add(first.0, kind: nil)
            table.add(first.0, kind: .complete)
            table.add(second.0)
            for (id, listener) in [first, second] { reader.read(for: id, to: listener) }
            for (_, listener) in [first, second] { try await listener.wait(for: 1) }
            #expect(first.1.heard.map(\.ordinal) == [1])
        }
    }
}
