/// The head of a request.
package struct HTTPRequest: Equatable, Sendable {
    /// The method.
    package var method: HTTPMethod
    /// The request target as it was sent: a path with an optional query, an absolute URL, or `*`.
    package var target: String
    /// The version of the message.
    package var version: HTTPVersion
    /// The header fields.
    package var fields: HTTPFields

    /// A request head.
    package init(method: HTTPMethod, target: String, version: HTTPVersion = .http11, fields: HTTPFields = HTTPFields()) {
        self.method = method
        self.target = target
        self.version = version
        self.fields = fields
    }

    /// The path as it was sent, escapes included, without scheme, authority and query.
    package var path: Substring { Self.path(of: target) }

    /// The path of a target, as `path` has it; for callers that would copy a whole request otherwise.
    package static func path(of target: String) -> Substring {
        let local = localTarget(of: target)
        return queryMark(in: local).map { local[..<$0] } ?? local
    }

    /// What follows the first `?`, as it was sent; nil without one.
    package var query: Substring? {
        let local = localTarget
        return Self.queryMark(in: local).map { local[local.utf8.index(after: $0)...] }
    }

    private static func queryMark(in local: Substring) -> String.Index? {
        let bytes = local.utf8Span.span
        for offset in bytes.indices where bytes[offset] == UInt8(ascii: "?") {
            return local.utf8.index(local.startIndex, offsetBy: offset)
        }
        return nil
    }

    /// Path and query, without the scheme and authority that an absolute target starts with.
    package var localTarget: Substring { Self.localTarget(of: target) }

    private static func localTarget(of target: String) -> Substring {
        if target.utf8.first == UInt8(ascii: "/") { return target[...] }
        guard let authority = targetAuthority(of: target) else { return target[...] }
        return authority.endIndex == target.endIndex ? "/" : target[authority.endIndex...]
    }

    /// The authority of an absolute target (`http://authority/path`), or nil.
    private static func targetAuthority(of target: String) -> Substring? {
        let bytes = target.utf8
        guard bytes.first != UInt8(ascii: "/"), let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let scheme = bytes[..<colon]
        guard FieldCharacters.equal(scheme, lowercased: "http") || FieldCharacters.equal(scheme, lowercased: "https") else { return nil }
        let rest = bytes[bytes.index(after: colon)...]
        guard rest.starts(with: "//".utf8) else { return nil }
        let start = rest.index(rest.startIndex, offsetBy: 2)
        let end = rest[start...].firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
        return target[start..<end]
    }
}

extension HTTPRequest {
    /// The items of the query with their escapes decoded, in order.
    package func queryItems() throws(PercentEncodingError) -> HTTPQuery {
        try HTTPQuery(decoding: query ?? "")
    }
}
