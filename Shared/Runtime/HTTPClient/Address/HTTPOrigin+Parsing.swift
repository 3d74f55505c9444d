extension HTTPOrigin {
    /// Reads `http://host:port`, or the path of a unix socket (`unix:/run/x.sock`). nil for anything else: another scheme, a path, a
    /// query, a user name, a port out of range.
    package init?(_ text: String) {
        if let path = Self.socketPath(text) {
            self.init(socketPath: path)
            return
        }
        guard let end = text.firstRange(of: "://"), let scheme = Scheme(rawValue: text[..<end.lowerBound].lowercased()) else { return nil }
        var authority = text[end.upperBound...]
        if authority.last == "/" { authority = authority.dropLast() }
        let isBracketed = authority.first == "["
        guard let hostEnd = isBracketed ? authority.firstIndex(of: "]") : authority.firstIndex(of: ":") ?? authority.endIndex else {
            return nil
        }
        let host = isBracketed ? authority[..<hostEnd].dropFirst() : authority[..<hostEnd]
        let rest = isBracketed ? authority[hostEnd...].dropFirst() : authority[hostEnd...]
        guard !host.isEmpty, host.utf8.allSatisfy(isBracketed ? Self.isOfAddress : Self.isOfName) else { return nil }
        if rest.isEmpty {
            self.init(scheme: scheme, host: String(host))
            return
        }
        let digits = rest.dropFirst()
        guard rest.first == ":", digits.utf8.allSatisfy(Self.isDigit), let port = UInt16(digits), port > 0 else { return nil }
        self.init(scheme: scheme, host: String(host), port: port)
    }

    /// The path that `unix:/…` names, with one slash at its beginning; nil for other texts.
    package static func socketPath(_ text: String) -> String? {
        guard text.hasPrefix("unix:/"), !text.utf8.contains(0) else { return nil }
        return "/" + text.dropFirst("unix:".count).drop { $0 == "/" }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) }

    private static func isOfName(_ byte: UInt8) -> Bool {
        isDigit(byte) || isLetter(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
    }

    /// Of an IPv6 address.
    private static func isOfAddress(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20) || byte == UInt8(ascii: ":")
            || byte == UInt8(ascii: ".")
    }
}
