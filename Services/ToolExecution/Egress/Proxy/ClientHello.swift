/// The first message of a TLS connection, as far as it says whom it is for (RFC 8446, 4.1.2; RFC 6066, 3). It comes from strangers.
struct ClientHello: Hashable {
    /// Normal; nil when nobody is named.
    let serverName: String?

    /// What is no such message, or is more than one of them needs.
    struct Malformed: Error {}

    /// Of a message without its type and length.
    init(body: ArraySlice<UInt8>) throws(Malformed) {
        let name = try Self.serverName(ofBody: body)
        serverName = name.isEmpty ? nil : name
    }

    /// "" when nobody is named.
    private static func serverName(ofBody body: ArraySlice<UInt8>) throws(Malformed) -> String {
        var body = TLSBytes(body)
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
