/// The first message of a TLS connection, as far as it says whom it is for (RFC 8446, 4.1.2; RFC 6066, 3). It comes from strangers.
struct ClientHello: Hashable {
    /// Normal; nil when nobody is named.
    let serverName: String?

    /// What is no such message, or is more than one of them needs.
    struct Malformed: Error {}

    /// The most bytes that are looked at for one.
    static let longest = 16 << 10

    private static let longestRecord = 1 << 14
    private static let handshakeRecord = 22
    private static let clientHello = 1

    init(serverName: String?) { self.serverName = serverName }

    /// nil: it is not whole yet. Throws `Malformed` as soon as it cannot become one.
    init?(_ bytes: some Collection<UInt8>) throws(Malformed) {
        guard let (hello, _) = try Self.parse(bytes) else { return nil }
        self = hello
    }

    /// The same, with the number of bytes that it takes up.
    static func parse(_ bytes: some Collection<UInt8>) throws(Malformed) -> (hello: ClientHello, length: Int)? {
        var records = TLSBytes(bytes.prefix(longest))
        var taken = 0
        var message: [UInt8] = []
        while true {
            var record = records
            guard let type = record.number(bytes: 1) else { break }
            guard type == handshakeRecord else { throw Malformed() }
            guard let version = record.number(bytes: 2) else { break }
            guard version >> 8 == 3 else { throw Malformed() }
            guard let length = record.number(bytes: 2) else { break }
            guard (1...longestRecord).contains(length) else { throw Malformed() }
            guard let part = record.take(length) else { break }
            message += part
            records = record
            taken += 5 + length
            guard try isWhole(message) else { continue }
            let name = try serverName(ofBody: TLSBytes(message.dropFirst(4)))
            return (ClientHello(serverName: name.isEmpty ? nil : name), taken)
        }
        if bytes.count >= longest { throw Malformed() }
        return nil
    }

    /// Another message behind it could be taken for the one that counts.
    private static func isWhole(_ message: [UInt8]) throws(Malformed) -> Bool {
        var header = TLSBytes(message.prefix(4))
        guard header.number(bytes: 1) == clientHello else { throw Malformed() }
        guard let length = header.number(bytes: 3) else { return false }
        guard length <= longest, message.count <= 4 + length else { throw Malformed() }
        return message.count == 4 + length
    }

    /// "" when nobody is named.
    private static func serverName(ofBody body: TLSBytes) throws(Malformed) -> String {
        var body = body
        // Version, random bytes, session, cipher suites, compressions.
        guard body.take(2 + 32) != nil, body.vector(lengthBytes: 1) != nil, body.vector(lengthBytes: 2) != nil,
            body.vector(lengthBytes: 1) != nil
        else { throw Malformed() }
        if body.isEmpty { return "" }
        guard var extensions = body.vector(lengthBytes: 2).map({ TLSBytes($0) }), body.isEmpty else { throw Malformed() }
        var names: [String] = []
        while !extensions.isEmpty {
            guard let type = extensions.number(bytes: 2), let content = extensions.vector(lengthBytes: 2) else { throw Malformed() }
            if type == 0 { names.append(try name(ofExtension: TLSBytes(content))) }
        }
        guard names.count <= 1 else { throw Malformed() }
        return names.first ?? ""
    }

    /// A list of exactly one host's name.
    private static func name(ofExtension content: TLSBytes) throws(Malformed) -> String {
        var content = content
        guard var list = content.vector(lengthBytes: 2).map({ TLSBytes($0) }), content.isEmpty, list.number(bytes: 1) == 0,
            let name = list.vector(lengthBytes: 2), list.isEmpty
        else { throw Malformed() }
        let normal = HostName.normal(String(decoding: name, as: UTF8.self))
        guard HostName.isValid(normal) else { throw Malformed() }
        return normal
    }
}
