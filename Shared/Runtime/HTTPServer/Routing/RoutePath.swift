import HTTPMessage

/// A path made ready for comparison: its escapes decoded.
struct RoutePath: Hashable, Sendable {
    /// Stands for a slash that was escaped, and so is part of its segment. No decoded path holds a NUL of its own.
    private static let escapedSlash: UInt8 = 0

    /// A text that begins with the path: the target itself, which is not copied, unless it is absolute or has escapes.
    private let text: String
    /// How many bytes of it the path has.
    private let length: Int

    /// The path of a request's target. Nil with a malformed escape, a segment that is not UTF-8, or a `.` or `..`, which no honest
    /// client sends.
    init?(target: String) {
        let path = target.utf8.first == UInt8(ascii: "/") ? target : String(HTTPRequest.path(of: target))
        let found = Self.scan(path.utf8Span.span)
        guard found.length > 0 else { return nil }
        if found.hasEscapes {
            guard let decoded = Self.decode(path.utf8.prefix(found.length)) else { return nil }
            text = decoded
            length = decoded.utf8.count
        } else {
            text = path
            length = found.length
        }
        if found.hasDots || found.hasEscapes, Self.hasDotSegment(text.utf8Span.span.extracting(0..<length)) { return nil }
    }

    /// What there is to know of a path before it is compared, in one pass: where it ends, whether it has escapes, and whether a
    /// segment begins with a dot. Empty unless it begins with a slash.
    private static func scan(_ bytes: Span<UInt8>) -> (length: Int, hasEscapes: Bool, hasDots: Bool) {
        guard !bytes.isEmpty, bytes[0] == UInt8(ascii: "/") else { return (0, false, false) }
        var hasEscapes = false
        var hasDots = false
        var last = UInt8(ascii: "/")
        for index in 1..<bytes.count {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "?"): return (index, hasEscapes, hasDots)
            case UInt8(ascii: "%"): hasEscapes = true
            case UInt8(ascii: ".") where last == UInt8(ascii: "/"): hasDots = true
            default: break
            }
            last = byte
        }
        return (bytes.count, hasEscapes, hasDots)
    }

    /// Calls `body` with the bytes, the first of which is a slash.
    func withBytes<T>(_ body: (Span<UInt8>) -> T) -> T { body(text.utf8Span.span.extracting(0..<length)) }

    /// The text of a segment.
    func text(_ place: Range<Int>) -> String {
        let bytes = text.utf8Span.span.extracting(place)
        var hasEscapedSlash = false
        for index in bytes.indices where bytes[index] == Self.escapedSlash { hasEscapedSlash = true }
        return bytes.withUnsafeBufferPointer { bytes in
            if !hasEscapedSlash { return String(decoding: bytes, as: UTF8.self) }
            return String(decoding: bytes.map { $0 == Self.escapedSlash ? UInt8(ascii: "/") : $0 }, as: UTF8.self)
        }
    }

    private static func decode(_ path: Substring.UTF8View) -> String? {
        var decoded: [UInt8] = []
        for part in path.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard let text = try? PercentEncoding.decode(part) else { return nil }
            decoded.append(UInt8(ascii: "/"))
            decoded.append(contentsOf: text.utf8.lazy.map { $0 == UInt8(ascii: "/") ? escapedSlash : $0 })
        }
        return String(decoding: decoded, as: UTF8.self)
    }

    private static func hasDotSegment(_ bytes: Span<UInt8>) -> Bool {
        var length = 0
        var isDots = true
        for index in bytes.indices.dropFirst() {
            if bytes[index] == UInt8(ascii: "/") {
                if isDots, length == 1 || length == 2 { return true }
                length = 0
                isDots = true
            } else {
                length += 1
                if bytes[index] != UInt8(ascii: ".") { isDots = false }
            }
        }
        return isDots && (length == 1 || length == 2)
    }
}
