import Testing

@testable import ToolExecutionService

@Suite("Whom a TLS connection is for", .timeLimit(.minutes(15)))
struct ClientHelloTests {
    static func vector(_ bytes: [UInt8], lengthBytes: Int) -> [UInt8] {
        (0..<lengthBytes).reversed().map { UInt8(truncatingIfNeeded: bytes.count >> (8 * $0)) } + bytes
    }

    static func serverNames(_ entries: [(type: UInt8, name: String)]) -> [UInt8] {
        [0, 0] + vector(vector(entries.flatMap { [$0.type] + vector(Array($0.name.utf8), lengthBytes: 2) }, lengthBytes: 2), lengthBytes: 2)
    }

    /// Before it lies one of another kind, as in real ones.
    static func message(_ extensions: [UInt8]?) -> [UInt8] {
        let random = [UInt8](repeating: 7, count: 32)
        var body: [UInt8] = [3, 3] + random + vector([UInt8](repeating: 9, count: 32), lengthBytes: 1)
        body += vector([0x13, 1, 0x13, 2], lengthBytes: 2) + vector([0], lengthBytes: 1)
        if let extensions { body += vector([0, 23, 0, 0] + extensions, lengthBytes: 2) }
        return [1] + vector(body, lengthBytes: 3)
    }

    static func records(_ message: [UInt8], of size: Int = 1 << 14) -> [UInt8] {
        stride(from: 0, to: message.count, by: size).flatMap { start in
            [22, 3, 1] + vector(Array(message[start..<min(start + size, message.count)]), lengthBytes: 2)
        }
    }

    private static let plain = records(message(serverNames([(0, "example.com")])))

    @Test("its name is found, in one record or in many, and nothing is said before it is whole")
    func name() throws {
        for size in [1 << 14, 100, 7, 1] {
            let bytes = Self.records(Self.message(Self.serverNames([(0, "Example.COM")])), of: size)
            var reader = ClientHelloReader()
            for count in 0..<bytes.count { #expect(try reader.read(bytes.prefix(count)) == nil) }
            // What follows in records of its own is not its matter.
            for more: [UInt8] in [[], [23, 3, 3, 0, 1, 0]] {
                #expect(try ClientHello(bytes + more)?.serverName == "example.com")
                var same = reader
                #expect(try same.read((bytes + more)[...])?.serverName == "example.com")
                #expect(same.length == bytes.count)
            }
        }
    }

    @Test("one without extensions, or with others only, names nobody")
    func nameless() throws {
        for extensions: [UInt8]? in [nil, []] {
            let hello = try #require(try ClientHello(Self.records(Self.message(extensions))))
            #expect(hello.serverName == nil)
        }
    }

    @Test(
        "what could be read in two ways is refused",
        arguments: [
            message(serverNames([(0, "a.com"), (0, "b.com")])), message(serverNames([(0, "a.com")]) + serverNames([(0, "b.com")])),
            message(serverNames([(1, "a.com")])), message(serverNames([])), message(serverNames([(0, "")])),
            message(serverNames([(0, "a.com\0b.com")])), message(serverNames([(0, "a b")])),
            message(serverNames([(0, String(repeating: "a.", count: 200))])), message(nil) + message(serverNames([(0, "a.com")])),
            message([0, 0, 0, 9, 0]), [2] + message(nil).dropFirst(),
        ])
    func ambiguous(message: [UInt8]) {
        #expect(throws: ClientHello.Malformed.self) { try ClientHello(Self.records(message)) }
    }

    @Test("what is no TLS is refused at its first bytes, and what never ends at its bound")
    func nonsense() {
        for text in ["GET / HTTP/1.1", "SSH-2.0-x", "\u{16}\u{2}\u{0}\u{0}\u{1}", "\u{16}\u{3}\u{1}\u{0}\u{0}"] {
            #expect(throws: ClientHello.Malformed.self, "\(text)") { try ClientHello(Array(text.utf8)) }
        }
        let endless = Self.records([1, 0, 0x3f, 0xff] + [UInt8](repeating: 0, count: 20000), of: 10)
        #expect(throws: ClientHello.Malformed.self) { try ClientHello(endless) }
        #expect(throws: ClientHello.Malformed.self) { try ClientHello(Self.records([1, 0xff, 0xff, 0xff])) }
    }

    @Test("bytes that were changed, cut or repeated anywhere trap nothing, and never give another name that is longer than a name may be")
    func fuzz() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<20000 {
            var bytes = Self.plain
            for _ in 0...Int.random(in: 0..<4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.removeSubrange(place...)
                case 2: bytes.insert(contentsOf: bytes[..<place], at: place)
                default: bytes[place] = [0, 0xff, 0x80, 1].randomElement(using: &random) ?? 0
                }
                if bytes.isEmpty { bytes = [22] }
            }
            if let name = try? ClientHello(bytes)?.serverName { #expect(HostName.isValid(name)) }
        }
    }
}

extension ClientHello {
    /// Of bytes that came at once; nil when they are too few.
    fileprivate init?(_ bytes: [UInt8]) throws(Malformed) {
        var reader = ClientHelloReader()
        guard let hello = try reader.read(bytes[...]) else { return nil }
        self = hello
    }
}
