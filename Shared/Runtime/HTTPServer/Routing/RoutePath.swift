import HTTPMessage

/// A path made ready for comparison: its escapes decoded.
struct RoutePath: Hashable, Sendable {
    /// Stands for a slash that was escaped, and so is part of its segment. No decoded path holds a NUL of its own.
    private static let escapedSlash: UInt8 = 0

    private let decoded: Substring

    /// Nil for a path with a malformed escape, a segment that is not UTF-8, or a `.` or `..`, which no honest client sends.
    init?(_ path: Substring) {
        let bytes = path.utf8Span.span
        guard !bytes.isEmpty, bytes[0] == UInt8(ascii: "/") else { return nil }
        var hasEscapes = false
        for index in bytes.indices where bytes[index] == UInt8(ascii: "%") { hasEscapes = true }
        if hasEscapes {
            guard let text = Self.decode(path) else { return nil }
            decoded = text
        } else {
            decoded = path
        }
        if Self.hasDotSegment(decoded.utf8Span.span) { return nil }
    }

    /// Calls `body` with the bytes, the first of which is a slash.
    func withBytes<T>(_ body: (Span<UInt8>) -> T) -> T { body(decoded.utf8Span.span) }

    /// The text of a segment.
    func text(_ place: Range<Int>) -> String {
        let bytes = decoded.utf8Span.span.extracting(place)
        var hasEscapedSlash = false
        for index in bytes.indices where bytes[index] == Self.escapedSlash { hasEscapedSlash = true }
        return bytes.withUnsafeBufferPointer { bytes in
            if !hasEscapedSlash { return String(decoding: bytes, as: UTF8.self) }
            return String(decoding: bytes.map { $0 == Self.escapedSlash ? UInt8(ascii: "/") : $0 }, as: UTF8.self)
        }
    }

    private static func decode(_ path: Substring) -> Substring? {
        var decoded: [UInt8] = []
        for part in path.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard let text = try? PercentEncoding.decode(part) else { return nil }
            decoded.append(UInt8(ascii: "/"))
            decoded.append(contentsOf: text.utf8.lazy.map { $0 == UInt8(ascii: "/") ? escapedSlash : $0 })
        }
        return String(decoding: decoded, as: UTF8.self)[...]
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
