import Glibc
import HTTPMessage

extension Span<UInt8> {
    /// The bytes as text; what is not UTF-8 is replaced.
    func text(_ place: Range<Int>) -> String {
        extracting(place).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }

    /// A copy of the bytes.
    func array(_ place: Range<Int>) -> [UInt8] {
        extracting(place).withUnsafeBufferPointer { Array($0) }
    }

    /// The place of the first line feed, or nil. The C library's search is several times faster than a loop.
    func firstLineFeed(in place: Range<Int>) -> Int? {
        guard !place.isEmpty else { return nil }
        return extracting(place).withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress, let found = memchr(start, 0x0A, bytes.count) else { return nil }
            return place.lowerBound + (UnsafeRawPointer(found) - start)
        }
    }

    /// Whether the bytes at a place are this text, which is in lower case, whatever their own case.
    func equal(_ place: Range<Int>, lowercased text: String) -> Bool {
        let expected = text.utf8Span.span
        guard place.count == expected.count else { return false }
        var index = place.lowerBound
        for offset in expected.indices {
            if FieldCharacters.lowercased(self[index]) != expected[offset] { return false }
            index += 1
        }
        return true
    }
}
