import EventLoop
import Testing

@Suite("Simulated loops")
struct SimulationTests {
    /// A server and three clients that wait random times between messages; what the server saw, with the virtual times.
    private func history(seed: UInt64) -> [String] {
        let simulation = Simulation(seed: seed)
        let server = simulation.makeLoop()
        var seen: [String] = []
        var address: SocketAddress?
        simulation.start(on: server) {
            let listener = try server.listen(on: .loopback(port: 0))
            address = listener.address
            while true {
                let stream = try await listener.accept()
                server.spawn {
                    var bytes: [UInt8] = []
                    while try await stream.read(appendingTo: &bytes) > 0 {
                        seen.append("\(server.now.nanoseconds) \(String(decoding: bytes, as: UTF8.self))")
                        try await stream.write(bytes)
                        bytes.removeAll()
                    }
                }
            }
        }
        simulation.run { address != nil }
        var done = 0
        for number in 0..<3 {
            let client = simulation.makeLoop()
            simulation.start(on: client) {
                let stream = try await client.connect(to: address ?? .loopback(port: 1))
                for message in 0..<5 {
                    try await client.sleep(for: .milliseconds(Int(client.random.next() % 1000)))
                    try await stream.write(Array("client \(number) message \(message)".utf8))
                    var answer: [UInt8] = []
                    _ = try await stream.read(appendingTo: &answer)
                }
                done += 1
            }
        }
        #expect(simulation.run { done == 3 })
        return seen
    }

    @Test("the same seed gives the same history, another seed another one")
    func reproducible() {
        let first = history(seed: 7)
        #expect(first.count == 15)
        #expect(first == history(seed: 7))
        #expect(first != history(seed: 8))
    }

    @Test("an hour passes in no time, and time stands still while anything is to be done")
    func virtualTime() {
        let simulation = Simulation(seed: 1)
        let loop = simulation.makeLoop()
        let begin = loop.now
        let task = simulation.start(on: loop) { try await loop.sleep(for: .seconds(3599)) }
        #expect(simulation.run { task.isDone })
        #expect(loop.now - begin == .seconds(3599))
    }

    @Test("a killed loop is never heard of again")
    func killed() {
        let simulation = Simulation(seed: 1)
        let loop = simulation.makeLoop()
        var ticks = 0
        simulation.start(on: loop) {
            while true {
                try await loop.sleep(for: .seconds(1))
                ticks += 1
            }
        }
        simulation.run(for: .seconds(10)) { ticks == 5 }
        simulation.kill(loop)
        #expect(!simulation.run(for: .seconds(10)) { ticks > 5 })
        #expect(ticks == 5)
    }
}
