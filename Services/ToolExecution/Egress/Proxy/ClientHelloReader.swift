/// Takes the first message of a TLS connection as its bytes come, each record once.
struct ClientHelloReader {
    /// How many bytes the records have that were taken.
    private(set) var length = 0
    private var message: [UInt8] = []

    /// The most bytes that are looked at for one.
    private static let longest = 16 << 10
    private static let longestRecord = 1 << 14
    private static let handshakeRecord = 22
    private static let clientHello = 1

    /// Goes on in the bytes that began with it; nil: it is not whole yet. Throws `Malformed` as soon as it cannot become one.
    mutating func read(_ bytes: ArraySlice<UInt8>) throws(ClientHello.Malformed) -> ClientHello? {
        var rest = TLSBytes(bytes.prefix(Self.longest).dropFirst(length))
        while true {
            guard let type = rest.number(bytes: 1) else { break }
            guard type == Self.handshakeRecord else { throw ClientHello.Malformed() }
            guard let version = rest.number(bytes: 2) else { break }
            guard version >> 8 == 3 else { throw ClientHello.Malformed() }
            guard let count = rest.number(bytes: 2) else { break }
            guard (1...Self.longestRecord).contains(count) else { throw ClientHello.Malformed() }
            guard let part = rest.take(count) else { break }
            message += part
            length += 5 + count
            if try isWhole() { return try ClientHello(body: message.dropFirst(4)) }
        }
        if bytes.count >= Self.longest { throw ClientHello.Malformed() }
        return nil
    }

    /// Another message behind it could be taken for the one that counts.
    private func isWhole() throws(ClientHello.Malformed) -> Bool {
        var header = TLSBytes(message.prefix(4))
        guard header.number(bytes: 1) == Self.clientHello else { throw ClientHello.Malformed() }
        guard let length = header.number(bytes: 3) else { return false }
        guard length <= Self.longest, message.count <= 4 + length else { throw ClientHello.Malformed() }
        return message.count == 4 + length
    }
}
