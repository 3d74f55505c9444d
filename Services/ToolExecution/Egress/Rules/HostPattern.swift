/// Hosts that a grant names: `example.com`, `*.example.com`, `*`; with `:port` for one that is not 80 or 443.
struct HostPattern: Hashable, Sendable {
    private enum Host: Hashable {
        case any
        case exactly(String)
        /// What is below a domain, not the domain itself.
        case below(String)
    }

    private let host: Host
    private let port: UInt16?

    private static let usualPorts: Set<UInt16> = [80, 443]

    /// nil for what is no pattern.
    init?(_ text: String) {
        var name = Substring(text)
        if let colon = text.lastIndex(of: ":") {
            guard let port = UInt16(text[text.index(after: colon)...]), port > 0 else { return nil }
            self.port = port
            name = text[..<colon]
        } else {
            port = nil
        }
        if name == "*" {
            host = .any
            return
        }
        let isBelow = name.hasPrefix("*.")
        let domain = HostName.normal(isBelow ? name.dropFirst(2) : name)
        guard HostName.isValid(domain) else { return nil }
        host = isBelow ? .below(domain) : .exactly(domain)
    }

    /// Whether it covers every host.
    var isAny: Bool { host == .any }

    /// Whether it covers a server; the name is normal already.
    func matches(_ name: String, port: UInt16) -> Bool {
        guard self.port.map({ $0 == port }) ?? Self.usualPorts.contains(port) else { return false }
        return switch host {
        case .any: true
        case .exactly(let domain): name == domain
        case .below(let domain): name.hasSuffix("." + domain)
        }
    }
}

/// Names of hosts.
enum HostName {
    /// In lower case, without the dot of the root.
    static func normal(_ name: some StringProtocol) -> String {
        let lower = name.lowercased()
        return lower.hasSuffix(".") ? String(lower.dropLast()) : lower
    }

    /// Letters, digits, hyphens and underscores between dots: names and IPv4 addresses, no IPv6.
    static func isValid(_ name: String) -> Bool {
        guard (1...253).contains(name.utf8.count) else { return false }
        return name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.count)
                && label.allSatisfy { byte in
                    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                        || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
                }
        }
    }
}
