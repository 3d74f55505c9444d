/// Where another service is reached: `http://host:port`.
package struct ServiceOrigin: Hashable, Sendable, CustomStringConvertible {
    package let host: String
    package let port: UInt16

    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Nil unless it is `http://host` or `http://host:port`, with at most a slash after it.
    package init?(_ text: String) {
        guard text.hasPrefix("http://") else { return nil }
        var rest = text.dropFirst("http://".count)
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        guard !rest.isEmpty, !rest.contains(where: { "/?#@".contains($0) }) else { return nil }
        guard let colon = rest.lastIndex(of: ":"), !rest.hasSuffix("]") else {
            self.init(host: String(rest), port: 80)
            return
        }
        guard let port = UInt16(rest[rest.index(after: colon)...]), colon > rest.startIndex else { return nil }
        let host = rest[..<colon]
        self.init(host: host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : String(host), port: port)
    }

    package var description: String { host.contains(":") ? "http://[\(host)]:\(port)" : "http://\(host):\(port)" }
}
