import HTTPMessage

/// The decoded segments of a path, which a slash at the end does not add to.
struct PathSegments {
    private(set) var bytes: [UInt8] = []
    private(set) var places: [Range<Int>] = []

    /// Nil for a path with a malformed escape, a segment that is not UTF-8, or a `.` or `..`, which no honest client sends.
    init?(_ path: Substring) {
        bytes = Array(path.utf8)
        guard bytes.first == UInt8(ascii: "/") else { return nil }
        if bytes.contains(UInt8(ascii: "%")) {
            guard decode() else { return nil }
        } else {
            split()
        }
        if places.last?.isEmpty == true { places.removeLast() }
        for place in places where isDots(place) { return nil }
    }

    /// The text of a segment.
    func text(_ index: Int) -> String { String(decoding: bytes[places[index]], as: UTF8.self) }

    /// Whether a segment is these bytes.
    func isSegment(_ index: Int, _ expected: [UInt8]) -> Bool {
        places[index].count == expected.count && bytes[places[index]].elementsEqual(expected)
    }

    private mutating func split() {
        var start = 1
        for index in 1..<max(1, bytes.count) where bytes[index] == UInt8(ascii: "/") {
            places.append(start..<index)
            start = index + 1
        }
        places.append(start..<bytes.count)
    }

    private mutating func decode() -> Bool {
        var decoded: [UInt8] = []
        for part in bytes.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard let text = try? PercentEncoding.decode(part) else { return false }
            let start = decoded.count
            decoded.append(contentsOf: text.utf8)
            places.append(start..<decoded.count)
        }
        bytes = decoded
        return true
    }

    private func isDots(_ place: Range<Int>) -> Bool {
        (place.count == 1 || place.count == 2) && bytes[place].allSatisfy { $0 == UInt8(ascii: ".") }
    }
}
