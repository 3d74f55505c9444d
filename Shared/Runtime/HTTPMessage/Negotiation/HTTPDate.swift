import Calendar

/// Dates in the form of RFC 9110, 5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`.
package enum HTTPDate {
    private static var weekdays: [String] { ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"] }
    private static var months: [String] { ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] }

    /// The date of a time in seconds since 1970 (UTC), which is clamped to the years 1970 to 9999.
    package static func format(secondsSinceEpoch: Int) -> String {
        let seconds = Int64(min(max(secondsSinceEpoch, 0), 253_402_300_799))
        let (days, time) = (seconds / 86_400, seconds % 86_400)
        let date = CivilDate(daysSinceEpoch: days)
        let clock = "\(padded(time / 3600)):\(padded(time / 60 % 60)):\(padded(time % 60))"
        return "\(weekdays[Int(days % 7)]), \(padded(date.day)) \(months[Int(date.month) - 1]) \(padded(date.year, 4)) \(clock) GMT"
    }

    /// The time in seconds since 1970 (UTC) of a date in the preferred form; nil for any other text.
    package static func parse(_ text: String) -> Int? {
        let bytes = Array(text.utf8)
        guard bytes.count == 29, bytes[3] == 0x2C, bytes[19] == 0x3A, bytes[22] == 0x3A, text.hasSuffix(" GMT"),
            bytes[4] == 0x20, bytes[7] == 0x20, bytes[11] == 0x20, bytes[16] == 0x20,
            let month = months.firstIndex(of: String(decoding: bytes[8..<11], as: UTF8.self)),
            let day = number(bytes[5..<7]), let year = number(bytes[12..<16]),
            let hour = number(bytes[17..<19]), let minute = number(bytes[20..<22]), let second = number(bytes[23..<25]),
            year >= 1970, hour < 24, minute < 60, second <= 60
        else { return nil }
        let date = CivilDate(year: year, month: Int64(month) + 1, day: day)
        let days = date.daysSinceEpoch
        guard date.exists, weekdays[Int(days % 7)] == String(decoding: bytes[0..<3], as: UTF8.self) else { return nil }
        return Int(days * 86_400 + hour * 3600 + minute * 60 + second)
    }

    private static func padded(_ value: Int64, _ width: Int = 2) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        guard digits.allSatisfy(FieldCharacters.isDigit) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }
}
