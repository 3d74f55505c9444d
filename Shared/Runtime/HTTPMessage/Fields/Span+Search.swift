import Glibc

extension Span<UInt8> {
    /// The place of the first of these bytes, or nil. The C library's search is several times faster than a loop.
    package func firstIndex(of byte: UInt8, in place: Range<Int>) -> Int? {
        guard !place.isEmpty else { return nil }
        return extracting(place).withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress, let found = memchr(start, Int32(byte), bytes.count) else { return nil }
            return place.lowerBound + (UnsafeRawPointer(found) - start)
        }
    }

    /// The place of the first byte that no field value may hold, or nil.
    package func firstControl(in place: Range<Int>) -> Int? {
        first(in: place) {
            !FieldCharacters.isValue($0)
        } amongEight: {
            $0.mayHaveASCII(outside: 0x20...0x7E)
        }
    }

    /// The place of the first byte that no request target may hold, or nil.
    package func firstOutsideTarget(in place: Range<Int>) -> Int? {
        first(in: place) {
            !FieldCharacters.isVisible($0)
        } amongEight: {
            $0.mayHaveASCII(outside: 0x21...0x7E) || $0.haveNonASCII
        }
    }

    /// The place of the first byte that is sought, or nil. Eight bytes are looked at together, for values and targets make up most of a
    /// head: only from eight that may have it among them on it is looked for byte by byte.
    @inline(__always)
    private func first(in place: Range<Int>, where isSought: (UInt8) -> Bool, amongEight mayBeAmong: (EightBytes) -> Bool) -> Int? {
        let checked = extracting(place).withUnsafeBytes { bytes in
            guard bytes.count >= 8 else { return 0 }
            var offset = 0
            while offset <= bytes.count - 8, !mayBeAmong(EightBytes(bytes, at: offset)) { offset += 8 }
            // The last eight overlap those before.
            return offset > bytes.count - 8 && !mayBeAmong(EightBytes(bytes, at: bytes.count - 8)) ? bytes.count : offset
        }
        var index = place.lowerBound + checked
        while index < place.upperBound {
            if isSought(self[index]) { return index }
            index += 1
        }
        return nil
    }
}
