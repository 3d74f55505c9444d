import EventLoop
import Support
import Testing

@Suite("Sockets on the loop", .timeLimit(.minutes(15)))
struct SocketTests {
    @Test("bytes travel both ways, and the end of the stream is seen")
    func echo() async throws {
        try await withLoop { loop in
            let listener = try loop.listen(on: .loopback(port: 0))
            let server = loop.spawn {
                let stream = try await listener.accept()
                var bytes: [UInt8] = []
                while try await stream.read(appendingTo: &bytes) > 0 {
                    try await stream.write(bytes)
                    bytes.removeAll()
                }
            }
            let client = try await loop.connect(to: listener.address)
            for count in [1, 1000, 100_000, 1] {
                let message = [UInt8](repeating: UInt8(truncatingIfNeeded: count), count: count)
                let writer = loop.spawn { try await client.write(message) }
                var answer: [UInt8] = []
                while answer.count < count { _ = try await client.read(appendingTo: &answer) }
                try await writer.value
                #expect(answer == message)
            }
            client.shutdownWriting()
            try await server.value
        }
    }

    @Test("a writer waits for a peer that does not read, and closing makes it throw")
    func backPressure() async throws {
        try await withLoop { loop in
            let listener = try loop.listen(on: .loopback(port: 0))
            let client = try await loop.connect(to: listener.address)
            let peer = try await listener.accept()
            let writer = loop.spawn { try await client.write([UInt8](repeating: 1, count: 64 << 20)) }
            try await loop.sleep(for: .milliseconds(20))
            #expect(!writer.isDone)
            client.close()
            await #expect(throws: SocketError.closed) { try await writer.value }
            peer.close()
        }
    }

    @Test("a refused connection and a port in use are named")
    func refused() async throws {
        try await withLoop { loop in
            let port = try ReservedPort()
            await #expect(throws: SocketError.self) { _ = try await loop.connect(to: port.address) }
            let listener = try loop.listen(on: port.address)
            let taken = #expect(throws: SocketError.self) { try loop.listen(on: port.address) }
            #expect(taken?.isAddressInUse == true)
            listener.close()
            await #expect(throws: SocketError.self) { _ = try await loop.connect(to: port.address) }
        }
    }

    @Test("a reader that always finds something has to wait all the same, so that others get their turn")
    func turns() async throws {
        try await withLoop { loop in
            let listener = try loop.listen(on: .loopback(port: 0))
            let client = try await loop.connect(to: listener.address)
            let peer = try await listener.accept()
            try await client.write([UInt8](repeating: 1, count: 4096))
            try await peer.waitUntilReadable()
            var count = 0
            while count < 4096 {
                let before = count
                while let more = try peer.readIfReady(limit: 16) { count += more }
                #expect(count - before < 256)
                if count < 4096 { try await peer.waitUntilReadable() }
            }
            #expect(count == 4096)
            client.close()
            #expect(try await peer.read { $0.count } == 0)
        }
    }

    @Test("a hang-up is noticed while nobody reads")
    func hangUp() async throws {
        try await withLoop { loop in
            let listener = try loop.listen(on: .loopback(port: 0))
            let client = try await loop.connect(to: listener.address)
            let peer = try await listener.accept()
            let gone = Signal(on: loop)
            peer.onHangUp = { gone.notify() }
            loop.schedule(after: .milliseconds(1)) { client.close() }
            #expect(try await gone.wait(atMost: .seconds(60)))
        }
    }
}
