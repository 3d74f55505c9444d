import HTTPMessage

extension Span<UInt8> {
    /// The bytes as text; what is not UTF-8 is replaced.
    func text(_ place: Range<Int>) -> String {
        extracting(place).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }

    /// The bytes as text; they were found to be ASCII.
    func asciiText(_ place: Range<Int>) -> String {
        String(copying: UTF8Span(unchecked: extracting(place), isKnownASCII: true))
    }

    /// A copy of the bytes.
    func array(_ place: Range<Int>) -> [UInt8] {
        extracting(place).withUnsafeBufferPointer { Array($0) }
    }

    /// Whether the bytes at a place are this text, which is in lower case, whatever their own case.
    @inline(__always)
    func equal(_ place: Range<Int>, lowercased text: StaticString) -> Bool {
        guard place.count == text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { expected in
            var index = place.lowerBound
            for byte in expected {
                if FieldCharacters.lowercased(self[index]) != byte { return false }
                index += 1
            }
            return true
        }
    }
}
