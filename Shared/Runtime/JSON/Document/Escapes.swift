/// Undoes the escapes of a scanned string.
func unescaped(_ text: Span<UInt8>) -> [UInt8] {
    Array(unsafeUninitializedCapacity: text.count) { buffer, count in count = unescape(text, into: buffer) }
}

/// Undoes the escapes of a scanned string. What is written is never longer than what is read; returns the bytes written.
func unescape(_ text: Span<UInt8>, into buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
    var written = 0
    var position = 0
    while position < text.count {
        let byte = text[position]
        position += 1
        guard byte == UInt8(ascii: "\\") else {
            buffer[written] = byte
            written += 1
            continue
        }
        let escape = text[position]
        position += 1
        guard escape == UInt8(ascii: "u") else {
            buffer[written] = unescaped(escape)
            written += 1
            continue
        }
        var scalar = hexadecimal(text, at: position) ?? 0xFFFD
        position += 4
        if scalar & 0xFC00 == 0xD800 {
            let low = hexadecimal(text, at: position + 2) ?? 0xDC00
            scalar = 0x10000 + ((scalar & 0x3FF) << 10 | (low & 0x3FF))
            position += 6
        }
        for unit in UTF8.encode(Unicode.Scalar(scalar) ?? "\u{FFFD}") ?? UTF8.encodedReplacementCharacter {
            buffer[written] = unit
            written += 1
        }
    }
    return written
}

private func unescaped(_ escape: UInt8) -> UInt8 {
    switch escape {
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    default: escape
    }
}

/// The value of four hexadecimal digits, nil if they are none.
func hexadecimal(_ text: Span<UInt8>, at position: Int) -> UInt32? {
    guard position + 4 <= text.count else { return nil }
    var value: UInt32 = 0
    for index in position..<position + 4 {
        let digit: UInt8
        switch text[index] {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = text[index] - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = text[index] - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = text[index] - UInt8(ascii: "A") + 10
        default: return nil
        }
        value = value << 4 | UInt32(digit)
    }
    return value
}
