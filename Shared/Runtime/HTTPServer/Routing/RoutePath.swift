import HTTPMessage

/// A path made ready for comparison: its escapes decoded.
struct RoutePath: Sendable {
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
        let bytes = path.utf8Span.span
        guard !bytes.isEmpty, bytes[0] == UInt8(ascii: "/") else { return nil }
        let end = bytes.firstIndex(of: UInt8(ascii: "?"), in: 0..<bytes.count) ?? bytes.count
        if bytes.firstIndex(of: UInt8(ascii: "%"), in: 0..<end) == nil {
            text = path
            length = end
            if Self.hasDotSegment(bytes.extracting(0..<end)) { return nil }
        } else {
            guard let decoded = Self.decode(path.utf8.prefix(end)) else { return nil }
            text = decoded
            length = decoded.utf8.count
            if Self.hasDotSegment(decoded.utf8Span.span) { return nil }
        }
    }

    /// Calls `body` with the bytes, the first of which is a slash.
    func withBytes<T>(_ body: (Span<UInt8>) -> T) -> T { body(text.utf8Span.span.extracting(0..<length)) }

    /// The text of one of the segments, which are counted from 0; nil if there are not so many.
    func segment(_ number: Int) -> String? {
        withBytes { bytes in
            var start = 1
            for _ in 0..<number {
                guard let slash = bytes.firstIndex(of: UInt8(ascii: "/"), in: start..<bytes.count) else { return nil }
                start = slash + 1
            }
            let end = bytes.firstIndex(of: UInt8(ascii: "/"), in: start..<bytes.count) ?? bytes.count
            return Self.text(bytes.extracting(start..<end))
        }
    }

    private static func text(_ bytes: Span<UInt8>) -> String {
        let hasEscapedSlash = bytes.firstIndex(of: escapedSlash, in: 0..<bytes.count) != nil
        return bytes.withUnsafeBufferPointer { bytes in
            if !hasEscapedSlash { return String(decoding: bytes, as: UTF8.self) }
            return String(decoding: bytes.map { $0 == escapedSlash ? UInt8(ascii: "/") : $0 }, as: UTF8.self)
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
        guard bytes.firstIndex(of: UInt8(ascii: "."), in: 0..<bytes.count) != nil else { return false }
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
