internal import Calendar
package import JSON

/// A moment: microseconds since 1970-01-01T00:00:00Z, between the years 1 and 9999. In JSON it is RFC 3339 in UTC with milliseconds.
package struct Timestamp: Hashable, Sendable, Comparable {
    package let microseconds: Int64

    /// Clamps what lies outside the years 1 to 9999.
    package init(microseconds: Int64) {
        self.microseconds = min(max(microseconds, RFC3339.range.lowerBound), RFC3339.range.upperBound)
    }

    /// Whole seconds since 1970; clamps like the other initialiser.
    package init(seconds: Int64) {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        self.init(microseconds: overflow ? (seconds < 0 ? .min : .max) : product)
    }

    /// This moment moved by a duration; clamps.
    package func advanced(by duration: Duration) -> Timestamp {
        let parts = duration.components
        let (whole, tooLong) = parts.seconds.multipliedReportingOverflow(by: 1_000_000)
        let (sum, overflow) = microseconds.addingReportingOverflow(whole)
        if tooLong || overflow { return Timestamp(microseconds: parts.seconds < 0 ? .min : .max) }
        return Timestamp(microseconds: sum.addingReportingOverflow(parts.attoseconds / 1_000_000_000_000).partialValue)
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.microseconds < right.microseconds }
}

extension Timestamp: WireString {
    /// RFC 3339 with `Z` or an offset and up to nine digits of a second's fraction, of which six count. Nil for anything else,
    /// leap seconds included.
    package init?(_ text: String) {
        var reader = DigitReader(text)
        guard let year = reader.number(digits: 4), reader.skip("-"),
            let month = reader.number(digits: 2), reader.skip("-"),
            let day = reader.number(digits: 2), reader.skip("T"),
            let hour = reader.number(digits: 2), reader.skip(":"),
            let minute = reader.number(digits: 2), reader.skip(":"),
            let second = reader.number(digits: 2), hour < 24, minute < 60, second < 60, year > 0
        else { return nil }
        let date = CivilDate(year: year, month: month, day: day)
        guard date.exists else { return nil }
        var fraction: Int64 = 0
        if reader.skip(".") {
            guard let micro = reader.microseconds() else { return nil }
            fraction = micro
        }
        var offset: Int64 = 0
        if !reader.skip("Z") {
            let isNegative = reader.skip("-")
            guard isNegative || reader.skip("+"), let hours = reader.number(digits: 2), reader.skip(":"),
                let minutes = reader.number(digits: 2), hours < 24, minutes < 60
            else { return nil }
            offset = (isNegative ? -1 : 1) * (hours * 60 + minutes)
        }
        guard reader.isAtEnd else { return nil }
        let minutes = date.daysSinceEpoch * 1440 + hour * 60 + minute - offset
        self.init(microseconds: (minutes * 60 + second) * 1_000_000 + fraction)
    }

    package var description: String { RFC3339.text(microseconds: microseconds) }

    package static var schema: JSONValue {
        ["type": "string", "format": "date-time", "minLength": 20, "maxLength": 35, "examples": [.string(sample.description)]]
    }

    package static var sample: Timestamp { Timestamp(microseconds: 1_767_225_600_000_000) }
}

/// Reads digits and single characters from the front of a text.
private struct DigitReader {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = text.utf8[...] }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard let byte = rest.first, UInt32(byte) == character.value else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func digit() -> Int64? {
        guard let byte = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
        rest.removeFirst()
        return Int64(byte - UInt8(ascii: "0"))
    }

    mutating func number(digits: Int) -> Int64? {
        var value: Int64 = 0
        for _ in 0..<digits {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    /// One to nine digits of a fraction, cut to six.
    mutating func microseconds() -> Int64? {
        var value: Int64 = 0
        var count = 0
        while let digit = digit() {
            count += 1
            if count <= 6 { value = value * 10 + digit }
        }
        guard (1...9).contains(count) else { return nil }
        for _ in 0..<max(0, 6 - count) { value *= 10 }
        return value
    }
}
