/// Where Redis is and how it is used.
package struct RedisConfiguration: Sendable {
    /// Where it listens.
    package enum Address: Hashable, Sendable {
        /// A host, by name or numeric address, and a port.
        case tcp(host: String, port: UInt16)
        /// The path of a unix socket.
        case unix(String)
    }

    /// Where it listens.
    package var address: Address
    /// The name for `AUTH`; nil for the default user.
    package var username: String?
    /// The password for `AUTH`; nil without one.
    package var password: String?
    /// The number of the database.
    package var database = 0
    /// How long it may take to connect; a command that is sent meanwhile waits as long.
    package var connectTimeout = Duration.seconds(2)
    /// How long a connection with commands under way may give no answer before it is given up.
    package var responseTimeout = Duration.seconds(5)
    /// Commands of one loop that may wait for their answers.
    package var pendingCommands = 16_384

    /// Redis at this address.
    package init(address: Address) {
        self.address = address
    }

    /// Parses `redis://[[user]:password@]host[:port][/database]`, `host:port`, or `unix:/path`; nil for anything else.
    package init?(_ text: String) {
        if text.hasPrefix("unix:/") {
            let path = text.dropFirst("unix:".count)
            let slashes = path.prefix { $0 == "/" }.count
            guard path.count > slashes, !path.utf8.contains(0) else { return nil }
            self.init(address: .unix(String(path.dropFirst(slashes - 1))))
            return
        }
        var rest = text[...]
        if rest.hasPrefix("redis://") { rest = rest.dropFirst("redis://".count) } else if rest.contains("@") { return nil }
        var credentials: Substring?
        if let at = rest.lastIndex(of: "@") {
            credentials = rest[..<at]
            rest = rest[rest.index(after: at)...]
        }
        let parts = rest.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = parts.first.flatMap(Self.parse) else { return nil }
        self.init(address: address)
        if parts.count == 2, !parts[1].isEmpty {
            guard let number = Int(parts[1]), (0...65_535).contains(number) else { return nil }
            database = number
        }
        guard let credentials else { return }
        guard let colon = credentials.firstIndex(of: ":") else { return nil }
        guard let name = Self.decode(credentials[..<colon]), let secret = Self.decode(credentials[credentials.index(after: colon)...])
        else {
            return nil
        }
        username = name.isEmpty ? nil : name
        password = secret
    }

    /// Takes the escapes out of a part of a URL (RFC 3986, 2.1); nil for a malformed one.
    private static func decode(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else { return nil }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }

    /// `host`, `host:port`, `[::1]:port`
    private static func parse(_ text: Substring) -> Address? {
        let hasBrackets = text.hasPrefix("[")
        let host: Substring
        let rest: Substring
        if hasBrackets {
            guard let end = text.firstIndex(of: "]") else { return nil }
            host = text[text.index(after: text.startIndex)..<end]
            rest = text[text.index(after: end)...]
        } else {
            let end = text.firstIndex(of: ":") ?? text.endIndex
            host = text[..<end]
            rest = text[end...]
        }
        guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        if rest.isEmpty { return .tcp(host: String(host), port: 6379) }
        guard rest.first == ":", let port = UInt16(rest.dropFirst()), port > 0 else { return nil }
        return .tcp(host: String(host), port: port)
    }
}
