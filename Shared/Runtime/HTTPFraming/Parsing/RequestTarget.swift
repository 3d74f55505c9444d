import HTTPMessage

/// Checks the target and the Host of a request against each other (RFC 9112, 3.2).
enum RequestTarget {
    static func check(
        _ target: Range<Int>, method: HTTPMethod, version: HTTPVersion, host: Range<Int>?, in bytes: Span<UInt8>
    ) throws(HTTPFramingError) {
        if let host {
            guard isAuthority(host, in: bytes) else { throw HTTPFramingError(.malformedHost) }
        } else if version == .http11 {
            throw HTTPFramingError(.missingHost)
        }
        if method == .connect { throw HTTPFramingError(.unsupportedMethod) }
        if bytes.firstIndex(of: UInt8(ascii: "#"), in: target) != nil { throw HTTPFramingError(.malformedTarget) }
        if bytes[target.lowerBound] == UInt8(ascii: "/") { return }
        if target.count == 1, bytes[target.lowerBound] == UInt8(ascii: "*"), method == .options { return }
        try checkAbsolute(target, host: host, in: bytes)
    }

    /// An absolute target counts over the Host field; two that differ are refused, so that no one is misled.
    private static func checkAbsolute(_ target: Range<Int>, host: Range<Int>?, in bytes: Span<UInt8>) throws(HTTPFramingError) {
        let start = target.lowerBound
        var authorityStart = 0
        for scheme: StaticString in ["http://", "https://"] where target.count > scheme.utf8CodeUnitCount {
            let end = start + scheme.utf8CodeUnitCount
            if bytes.equal(start..<end, lowercased: scheme) { authorityStart = end }
        }
        guard authorityStart > 0 else { throw HTTPFramingError(.malformedTarget) }
        var end = authorityStart
        while end < target.upperBound, bytes[end] != UInt8(ascii: "/"), bytes[end] != UInt8(ascii: "?") { end += 1 }
        let authority = authorityStart..<end
        guard isAuthority(authority, in: bytes) else { throw HTTPFramingError(.malformedTarget) }
        guard let host else { return }
        guard host.count == authority.count else { throw HTTPFramingError(.malformedHost) }
        for (left, right) in zip(host, authority) where FieldCharacters.lowercased(bytes[left]) != FieldCharacters.lowercased(bytes[right])
        {
            throw HTTPFramingError(.malformedHost)
        }
    }

    /// Whether the bytes could be `host [":" port]`: not empty, and no byte that an authority cannot hold.
    private static func isAuthority(_ place: Range<Int>, in bytes: Span<UInt8>) -> Bool {
        var index = place.lowerBound
        while index < place.upperBound, FieldCharacters.isAuthority(bytes[index]) { index += 1 }
        return index == place.upperBound && !place.isEmpty
    }
}
