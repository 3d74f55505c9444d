/// Turns the loop's wall clock into RFC 3339 text, UTC, milliseconds. The last text is kept, and its part down to the second.
struct TimestampClock {
    private var millisecond = Int64.min
    private var text = ""
    private var second = Int64.min
    private var prefix = ""

    /// The text for a number of microseconds since 1970.
    mutating func text(atMicroseconds time: Int64) -> String {
        let millisecond = time.flooredQuotient(1000)
        if millisecond == self.millisecond { return text }
        let second = millisecond.flooredQuotient(1000)
        if second != self.second {
            self.second = second
            prefix = Self.text(ofSecond: second)
        }
        self.millisecond = millisecond
        text = "\(prefix).\(Self.padded(Int(millisecond - second * 1000), 3))Z"
        return text
    }

    private static func text(ofSecond second: Int64) -> String {
        let day = second.flooredQuotient(86_400)
        let ofDay = Int(second - day * 86_400)
        let (year, month, dayOfMonth) = date(ofDay: day)
        let time = "\(padded(ofDay / 3600, 2)):\(padded(ofDay / 60 % 60, 2)):\(padded(ofDay % 60, 2))"
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(dayOfMonth, 2))T\(time)"
    }

    /// The proleptic Gregorian date of a day counted from 1970-01-01 (Howard Hinnant, `civil_from_days`).
    private static func date(ofDay day: Int64) -> (year: Int, month: Int, day: Int) {
        let shifted = day + 719_468
        let era = shifted.flooredQuotient(146_097)
        let ofEra = Int(shifted - era * 146_097)
        let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * ofYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + Int(era) * 400 + (month <= 2 ? 1 : 0), month, ofYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}

extension Int64 {
    fileprivate func flooredQuotient(_ divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
