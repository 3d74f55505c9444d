extension ByteBuffer {
    mutating func append(_ text: StaticString) {
        append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func append(digitsOf value: UInt64) {
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var first = 20
        var rest = value
        repeat {
            first -= 1
            digits[first] = UInt8(truncatingIfNeeded: rest % 10) + UInt8(ascii: "0")
            rest /= 10
        } while rest > 0
        digits.span.extracting(first..<20).withUnsafeBufferPointer { append($0) }
    }

    /// The inside of a string: what can stand there is copied, the rest escaped.
    mutating func append(escaping text: Span<UInt8>) {
        var position = 0
        while true {
            let run = PlainRun(text, from: position)
            append(text, position..<run.end)
            guard run.end < text.count else { return }
            append(escaping: text[run.end])
            position = run.end + 1
        }
    }

    /// One byte of a string, escaped if it has to be.
    mutating func append(escaping byte: UInt8) {
        guard mustEscape(byte) else { return append(byte) }
        append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(byte)
        case 0x08: append(UInt8(ascii: "b"))
        case 0x09: append(UInt8(ascii: "t"))
        case 0x0A: append(UInt8(ascii: "n"))
        case 0x0C: append(UInt8(ascii: "f"))
        case 0x0D: append(UInt8(ascii: "r"))
        default:
            append("u00")
            append(hexadecimalDigit(byte >> 4))
            append(hexadecimalDigit(byte & 15))
        }
    }

    /// The name that a Swift property has in JSON.
    mutating func append(snakeCaseOf name: Span<UInt8>) {
        var start = 0
        for index in name.indices {
            let letter = name[unchecked: index]
            guard isCapital(letter) || mustEscape(letter) else { continue }
            append(name, start..<index)
            if isCapital(letter), startsWord(at: index, in: name) { append(UInt8(ascii: "_")) }
            append(escaping: isCapital(letter) ? letter | 0x20 : letter)
            start = index + 1
        }
        append(name, start..<name.count)
    }

    @inline(__always)
    private mutating func append(_ text: Span<UInt8>, _ range: Range<Int>) {
        text.extracting(range).withUnsafeBufferPointer { append($0) }
    }
}

private func hexadecimalDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
}
