/// A server to which requests go: scheme, host and port, or the path of a unix socket.
package struct HTTPOrigin: Hashable, Sendable, CustomStringConvertible {
    /// How the server is spoken to.
    package enum Scheme: String, Hashable, Sendable {
        case http, https

        /// The port that goes without saying.
        package var defaultPort: UInt16 {
            switch self {
            case .http: 80
            case .https: 443
            }
        }
    }

    /// How the server is spoken to.
    package let scheme: Scheme
    /// A name or a numeric address, IPv6 without brackets.
    package let host: String
    /// The port; without meaning for a unix socket.
    package let port: UInt16
    /// The path of the unix socket, if it is one.
    package let socketPath: String?
    /// What the field `Host` says: the host, and the port unless it goes without saying.
    package let authority: String

    /// A server at a host and port. The host is one name or numeric address, as it comes out of a parsed URL.
    package init(scheme: Scheme = .http, host: String, port: UInt16? = nil) {
        self.scheme = scheme
        self.host = host
        self.port = port ?? scheme.defaultPort
        socketPath = nil
        let bracketed = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
        authority = self.port == scheme.defaultPort ? bracketed : "\(bracketed):\(self.port)"
    }

    /// A server that listens on a unix socket.
    package init(socketPath: String) {
        scheme = .http
        host = "localhost"
        port = 0
        self.socketPath = socketPath
        authority = "localhost"
    }

    /// Feeds the text that nearly always differs, and not the five parts: a client looks its connections up by origin for each call.
    package func hash(into hasher: inout Hasher) { hasher.combine(socketPath ?? authority) }

    /// The origin as it stands in a URL.
    package var description: String {
        if let socketPath { return "unix:\(socketPath)" }
        return "\(scheme.rawValue)://\(authority)"
    }
}
