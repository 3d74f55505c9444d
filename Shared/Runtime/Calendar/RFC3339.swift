/// Moments as text, `2024-02-29T12:34:56.789Z`: in UTC, with milliseconds.
package enum RFC3339 {
    /// What can be written, the years 1 to 9999, in microseconds since 1970.
    package static let range: ClosedRange<Int64> = -62_135_596_800_000_000...253_402_300_799_999_999

    /// The text of a moment in microseconds since 1970; it is clamped to the range.
    package static func text(microseconds: Int64) -> String {
        let microseconds = min(max(microseconds, range.lowerBound), range.upperBound)
        let days = microseconds.quotientRoundedDown(by: microsecondsPerDay)
        let date = CivilDate(daysSinceEpoch: days)
        let milliseconds = (microseconds - days * microsecondsPerDay) / 1000
        return String(unsafeUninitializedCapacity: 24) { text in
            var end = 0
            func append(_ value: Int64, digits: Int, _ separator: Unicode.Scalar) {
                var rest = value
                for place in (end..<end + digits).reversed() {
                    text[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                    rest /= 10
                }
                end += digits
                text[end] = UInt8(ascii: separator)
                end += 1
            }
            append(date.year, digits: 4, "-")
            append(date.month, digits: 2, "-")
            append(date.day, digits: 2, "T")
            append(milliseconds / 3_600_000, digits: 2, ":")
            append(milliseconds / 60_000 % 60, digits: 2, ":")
            append(milliseconds / 1000 % 60, digits: 2, ".")
            append(milliseconds % 1000, digits: 3, "Z")
            return end
        }
    }

    private static let microsecondsPerDay: Int64 = 86_400_000_000
}
