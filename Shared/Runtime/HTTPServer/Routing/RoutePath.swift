import HTTPMessage

/// A path made ready for comparison: its escapes decoded.
struct RoutePath {
    /// Stands for a slash that was escaped, and so is part of its segment. No decoded path holds a NUL of its own.
    private static let escapedSlash: UInt8 = 0

    /// Starts with a slash.
    let bytes: [UInt8]

    /// Nil for a path with a malformed escape, a segment that is not UTF-8, or a `.` or `..`, which no honest client sends.
    init?(_ path: Substring) {
        var bytes = path.utf8Span.span.withUnsafeBufferPointer { Array($0) }
        guard bytes.first == UInt8(ascii: "/") else { return nil }
        if bytes.contains(UInt8(ascii: "%")) {
            guard let decoded = Self.decode(bytes) else { return nil }
            bytes = decoded
        }
        guard !Self.hasDotSegment(bytes.span) else { return nil }
        self.bytes = bytes
    }

    /// The text of a segment.
    func text(_ place: Range<Int>) -> String {
        let segment = bytes[place]
        guard segment.contains(Self.escapedSlash) else { return String(decoding: segment, as: UTF8.self) }
        return String(decoding: segment.map { $0 == Self.escapedSlash ? UInt8(ascii: "/") : $0 }, as: UTF8.self)
    }

    private static func decode(_ bytes: [UInt8]) -> [UInt8]? {
        var decoded: [UInt8] = []
        for part in bytes.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard let text = try? PercentEncoding.decode(part) else { return nil }
            decoded.append(UInt8(ascii: "/"))
            decoded.append(contentsOf: text.utf8.lazy.map { $0 == UInt8(ascii: "/") ? escapedSlash : $0 })
        }
        return decoded
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
