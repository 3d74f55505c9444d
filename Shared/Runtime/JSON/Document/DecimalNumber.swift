/// A JSON number taken apart: `significand × 10^exponent`.
struct DecimalNumber {
    var isNegative = false
    var significand: UInt64 = 0
    var exponent = 0

    /// Nil if the digits do not fit into 64 bits or the exponent is beyond any floating-point number's.
    init?(_ text: UnsafeBufferPointer<UInt8>) {
        var position = 0
        if text.count > 0, text[0] == UInt8(ascii: "-") {
            isNegative = true
            position = 1
        }
        var isFraction = false
        while position < text.count, text[position] | 0x20 != UInt8(ascii: "e") {
            let byte = text[position]
            position += 1
            if byte == UInt8(ascii: ".") {
                isFraction = true
                continue
            }
            let (product, overflow) = significand.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(byte &- UInt8(ascii: "0")))
            if overflow || carry { return nil }
            significand = sum
            if isFraction { exponent -= 1 }
        }
        if position < text.count {
            guard let written = Self.exponent(text, from: position + 1) else { return nil }
            exponent += written
        }
    }

    private static func exponent(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        var position = start
        var isNegative = false
        if position < text.count, text[position] == UInt8(ascii: "-") || text[position] == UInt8(ascii: "+") {
            isNegative = text[position] == UInt8(ascii: "-")
            position += 1
        }
        var value = 0
        while position < text.count {
            value = value * 10 + Int(text[position] &- UInt8(ascii: "0"))
            guard value <= 9999 else { return nil }
            position += 1
        }
        return isNegative ? -value : value
    }

    /// Exact where both factors are exact in binary, so that one rounding remains; nil elsewhere.
    var double: Double? {
        guard significand <= 1 << 53, abs(exponent) < powersOfTen.count else { return nil }
        let magnitude = exponent < 0 ? Double(significand) / powersOfTen[-exponent] : Double(significand) * powersOfTen[exponent]
        return isNegative ? -magnitude : magnitude
    }

    /// The magnitude if it is an integer (`1.0`, `25e1`) that fits.
    var integralMagnitude: UInt64? {
        let (rest, scale) = shifted()
        guard let scale else { return nil }
        var value = rest
        for _ in 0..<scale {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            value = product
        }
        return value
    }

    /// Whether no fraction is left.
    var isIntegral: Bool { shifted().scale != nil }

    /// The significand without the zeros that a negative exponent takes away, and the exponent that remains: nil if it is negative.
    private func shifted() -> (significand: UInt64, scale: Int?) {
        if significand == 0 { return (0, 0) }
        var value = significand
        var remaining = exponent
        while remaining < 0, value % 10 == 0 {
            value /= 10
            remaining += 1
        }
        return (value, remaining < 0 ? nil : remaining)
    }
}

private let powersOfTen: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
]
