/// Writes JSON by hand, on one line: log lines, event data, envelopes. Commas come by themselves; closing what was opened is up to the caller.
package struct JSONWriter: Sendable {
    /// What is written so far.
    package private(set) var bytes: [UInt8] = []
    private var needsComma = false

    /// A writer with room for this many bytes before it has to grow.
    package init(reserving capacity: Int = 256) {
        bytes.reserveCapacity(capacity)
    }

    // MARK: Structure

    /// `{`: members follow, each a key and a value.
    package mutating func beginObject() { begin(UInt8(ascii: "{")) }
    /// `}`.
    package mutating func endObject() { end(UInt8(ascii: "}")) }
    /// `[`: values follow.
    package mutating func beginArray() { begin(UInt8(ascii: "[")) }
    /// `]`.
    package mutating func endArray() { end(UInt8(ascii: "]")) }

    /// The key of the next value, as it is to stand in the text.
    package mutating func key(_ name: String) {
        separate()
        quote(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    private mutating func begin(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func end(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    @inline(__always)
    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    // MARK: Values

    /// `null`.
    package mutating func null() { word("null") }
    /// `true` or `false`.
    package mutating func bool(_ value: Bool) { word(value ? "true" : "false") }

    /// A string, escaped as far as it has to be.
    package mutating func string(_ value: String) {
        separate()
        quote(value)
    }

    /// An integer of up to 64 bits.
    package mutating func integer<I: FixedWidthInteger>(_ value: I) {
        separate()
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        appendDigits(UInt64(truncatingIfNeeded: value.magnitude))
    }

    /// The shortest text that reads back as the same number; `null` for what is not finite, which JSON cannot say.
    package mutating func double(_ value: Double) {
        guard value.isFinite else { return null() }
        separate()
        bytes.append(contentsOf: value.description.utf8)
    }

    /// As `double`.
    package mutating func float(_ value: Float) {
        guard value.isFinite else { return null() }
        separate()
        bytes.append(contentsOf: value.description.utf8)
    }

    /// One value that is JSON already, copied as it is.
    package mutating func raw(_ json: some Collection<UInt8>) {
        separate()
        bytes.append(contentsOf: json)
    }

    /// Anything `Encodable`, as `JSONCodec` encodes it.
    package mutating func value<T: Encodable>(_ value: T) throws {
        let session = EncodingSession(self)
        bytes = []
        defer { self = session.writer }
        try session.encode(root: value)
    }

    private mutating func word(_ word: StaticString) {
        separate()
        bytes.append(contentsOf: UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
    }

    private mutating func appendDigits(_ value: UInt64) {
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var first = 20
        var rest = value
        repeat {
            first -= 1
            digits[first] = UInt8(truncatingIfNeeded: rest % 10) + UInt8(ascii: "0")
            rest /= 10
        } while rest > 0
        for index in first..<20 { bytes.append(digits[index]) }
    }
}

// MARK: For the codec

extension JSONWriter {
    /// A key from the name of a Swift property.
    mutating func snakeCaseKey(_ name: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        let letters = name.utf8.span
        for index in letters.indices {
            let letter = letters[index]
            if isCapital(letter) {
                if startsWord(at: index, in: letters) { bytes.append(UInt8(ascii: "_")) }
                bytes.append(letter | 0x20)
            } else {
                append(letter)
            }
        }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Replaces the end of what is written.
    mutating func replace(from start: Int, with tail: [UInt8]) {
        bytes.replaceSubrange(start..., with: tail)
    }
}

// MARK: Strings

extension JSONWriter {
    private mutating func quote(_ value: String) {
        bytes.append(UInt8(ascii: "\""))
        let text = value.utf8.span
        var start = 0
        for index in text.indices where mustEscape(text[index]) {
            append(text, start..<index)
            append(text[index])
            start = index + 1
        }
        append(text, start..<text.count)
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func append(_ text: Span<UInt8>, _ range: Range<Int>) {
        text.extracting(range).withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
    }

    /// One byte of a string, escaped if it has to be.
    private mutating func append(_ byte: UInt8) {
        guard mustEscape(byte) else { return bytes.append(byte) }
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        default:
            bytes.append(contentsOf: "u00".utf8)
            bytes.append(hexadecimalDigit(byte >> 4))
            bytes.append(hexadecimalDigit(byte & 15))
        }
    }
}

@inline(__always)
private func mustEscape(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
}

private func hexadecimalDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
}
