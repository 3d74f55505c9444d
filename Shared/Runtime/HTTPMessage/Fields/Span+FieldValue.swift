extension Span<UInt8> {
    /// The place of the first byte that no field value may hold, or nil. Eight bytes are looked at together, for values make up most of a
    /// head: only a word with a control byte among them, which a tab is too, is looked at byte by byte.
    package func firstControl(in place: Range<Int>) -> Int? {
        var index = place.lowerBound
        let isPlain = extracting(place).withUnsafeBytes { bytes in
            var offset = 0
            while offset + 8 <= bytes.count, !Self.hasControl(bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) { offset += 8 }
            index += offset
            return offset == bytes.count
        }
        if isPlain { return nil }
        while index < place.upperBound {
            if !FieldCharacters.isValue(self[index]) { return index }
            index += 1
        }
        return nil
    }

    /// Whether one of eight bytes is below 0x20, or is 0x7F. Both are arithmetic on all of them at once: taking 0x20 (or 1 from what is
    /// zero where a byte is 0x7F) borrows into the highest bit of a byte that is too small for it.
    private static func hasControl(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let delete = word ^ (0x7F * ones)
        let small = (word &- 0x20 * ones) & ~word
        return (small | (delete &- ones) & ~delete) & (0x80 * ones) != 0
    }
}
