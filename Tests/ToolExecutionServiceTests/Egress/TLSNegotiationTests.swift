import Testing

@testable import ToolExecutionService

@Suite("The beginning of a TLS connection", .timeLimit(.minutes(15)))
struct TLSNegotiationTests {
    private static func hello(_ name: String) -> [UInt8] {
        ClientHelloTests.records(ClientHelloTests.message(ClientHelloTests.serverNames([(0, name)])))
    }

    private static let retryRandom: [UInt8] = [
        0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91,
        0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C,
    ]

    /// A ServerHello, or with the special random bytes a HelloRetryRequest.
    private static func answer(_ random: [UInt8]) -> [UInt8] {
        [2] + ClientHelloTests.vector([3, 3] + random + [0, 0x13, 1, 0, 0, 6, 0, 43, 0, 2, 3, 4], lengthBytes: 3)
    }

    private static let retry = ClientHelloTests.records(answer(retryRandom))
    private static let choice = ClientHelloTests.records(answer([UInt8](repeating: 1, count: 32)))
    private static let changeCipherSpec: [UInt8] = [20, 3, 3, 0, 1, 1]
    private static let earlyData: [UInt8] = [23, 3, 3, 0, 3, 22, 1, 2]
    private static let alert: [UInt8] = [21, 3, 3, 0, 2, 1, 112]
    /// What TLS 1.2 encrypts in a handshake's record, and what looks like another first message.
    private static let encrypted: [UInt8] = [22, 3, 3, 0, 4, 1, 0, 0, 9]

    private enum Side { case client, server }
    private struct Misnamed: Error {}

    /// What is passed on to a server named `a.com` of what both say in turn, in pieces of so many bytes.
    private static func pass(_ said: [(Side, [UInt8])], pieces: Int = .max) throws -> [UInt8] {
        var negotiation = TLSNegotiation()
        var passed: [UInt8] = []
        for (side, bytes) in said {
            for start in stride(from: 0, to: bytes.count, by: min(pieces, bytes.count)) {
                let piece = bytes[start..<min(start + min(pieces, bytes.count), bytes.count)]
                switch side {
                case .server: negotiation.take(fromServer: piece)
                case .client:
                    passed += try negotiation.take(fromClient: piece) { hello in
                        guard hello.serverName == "a.com" else { throw Misnamed() }
                    }
                }
            }
        }
        return passed
    }

    @Test("all that a client says is passed on when the names are right, however it is cut", arguments: [Int.max, 50, 6, 1])
    func right(pieces: Int) throws {
        let plain: [(Side, [UInt8])] = [
            (.client, Self.hello("a.com")), (.server, Self.choice), (.client, Self.changeCipherSpec + Self.encrypted),
        ]
        #expect(try Self.pass(plain, pieces: pieces) == Self.hello("a.com") + Self.changeCipherSpec + Self.encrypted)
        let again: [(Side, [UInt8])] = [
            (.client, Self.hello("a.com") + Self.changeCipherSpec + Self.earlyData),
            (.server, Self.alert + Self.retry + Self.changeCipherSpec),
            (.client, Self.earlyData + Self.hello("a.com")), (.server, Self.choice), (.client, Self.encrypted),
        ]
        #expect(try Self.pass(again, pieces: pieces) == again.filter { $0.0 == .client }.flatMap(\.1))
    }

    @Test(
        "another name is never passed on while the server may still take it, however it is cut",
        arguments: [
            [(Side.client, hello("b.com"))], [(.client, hello("a.com") + hello("b.com"))],
            [(.client, hello("a.com")), (.server, retry), (.client, changeCipherSpec + hello("b.com"))],
            [(.client, hello("a.com") + earlyData), (.server, alert), (.client, earlyData + hello("b.com"))],
            [(.client, hello("a.com")), (.server, retry + changeCipherSpec), (.client, hello("a.com") + hello("b.com"))],
            [(.client, hello("a.com")), (.server, ClientHelloTests.records(answer(retryRandom), of: 3)), (.client, hello("b.com"))],
            [
                (.client, hello("a.com")), (.server, ClientHelloTests.records([0, 0, 0, 0] + answer(retryRandom))),
                (.client, hello("b.com")),
            ],
        ], [Int.max, 7, 1])
    private func wrong(said: [(Side, [UInt8])], pieces: Int) {
        #expect(throws: Misnamed.self) { try Self.pass(said, pieces: pieces) }
    }

    @Test(
        "what is no first message of TLS is refused while the server has not chosen",
        arguments: [Array("GET / HTTP/1.1".utf8), [22, 3, 3, 0, 4, 20, 0, 0, 9], [23, 3, 3, 0xFF, 0xFF]])
    func nonsense(bytes: [UInt8]) {
        #expect(throws: ClientHello.Malformed.self) {
            try Self.pass([(.client, Self.hello("a.com")), (.server, Self.retry), (.client, bytes)])
        }
    }

    @Test("a server that speaks no TLS has nothing more to be checked")
    func plainServer() throws {
        let said: [(Side, [UInt8])] = [
            (.client, Self.hello("a.com")), (.server, Array("HTTP/1.1 400 Bad Request".utf8)), (.client, [1, 2, 3]),
        ]
        #expect(try Self.pass(said) == Self.hello("a.com") + [1, 2, 3])
    }

    @Test("whatever both sides say, nothing traps, and no byte is added, lost or moved")
    func fuzz() {
        var random = SystemRandomNumberGenerator()
        let parts = [
            Self.hello("a.com"), Self.retry, Self.choice, Self.changeCipherSpec, Self.earlyData, Self.alert, Self.encrypted,
            [22, 3, 3, 0, 0], [22, 3, 3, 0xFF, 0xFF],
        ]
        for _ in 0..<5000 {
            let said: [(Side, [UInt8])] = (0..<8).map { _ in
                var bytes = parts.randomElement(using: &random) ?? []
                if Int.random(in: 0..<4, using: &random) == 0 {
                    bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
                }
                return (Bool.random(using: &random) ? .client : .server, bytes)
            }
            let sent = said.filter { $0.0 == .client }.flatMap(\.1)
            if let passed = try? Self.pass(said, pieces: Int.random(in: 1...20, using: &random)) { #expect(sent.starts(with: passed)) }
        }
    }
}
