import Foundation
import Testing
import WireProtocol

@Suite("Timestamps")
struct TimestampTests {
    @Test("the text is RFC 3339 in UTC with milliseconds")
    func text() {
        #expect(Timestamp(microseconds: 0).description == "1970-01-01T00:00:00.000Z")
        #expect(Timestamp(microseconds: 1_709_210_096_789_999).description == "2024-02-29T12:34:56.789Z")
        #expect(Timestamp(microseconds: -1).description == "1969-12-31T23:59:59.999Z")
        #expect(Timestamp(microseconds: .max).description == "9999-12-31T23:59:59.999Z")
        #expect(Timestamp(microseconds: .min).description == "0001-01-01T00:00:00.000Z")
    }

    @Test("a timestamp is read as it was written, through all months and centuries")
    func roundTrips() {
        var microseconds: Int64 = -62_135_596_800_000_000
        while microseconds < 253_402_300_800_000_000 {
            let timestamp = Timestamp(microseconds: microseconds)
            #expect(Timestamp(timestamp.description) == timestamp)
            microseconds += 2_713_591_443_007_000
        }
    }

    @Test("the calendar agrees with Foundation's")
    func calendar() throws {
        let formatter = ISO8601DateFormatter()
        formatter.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
        for day in stride(from: -100_000, through: 100_000, by: 37) {
            let seconds = Double(day) * 86_400 + 3661
            let ours = Timestamp(seconds: Int64(seconds)).description
            #expect(ours == formatter.string(from: Date(timeIntervalSince1970: seconds)))
        }
    }

    @Test("an offset and a fraction of up to nine digits are understood")
    func forms() {
        let moment = Timestamp(microseconds: 1_709_210_096_000_000)
        #expect(Timestamp("2024-02-29T12:34:56Z") == moment)
        #expect(Timestamp("2024-02-29T14:04:56+01:30") == moment)
        #expect(Timestamp("2024-02-29T04:34:56-08:00") == moment)
        #expect(Timestamp("2024-02-29T12:34:56.1Z")?.microseconds == 1_709_210_096_100_000)
        #expect(Timestamp("2024-02-29T12:34:56.123456789Z")?.microseconds == 1_709_210_096_123_456)
        #expect(moment.advanced(by: .milliseconds(1500)).description == "2024-02-29T12:34:57.500Z")
    }

    @Test(
        "what is no moment of the calendar is refused",
        arguments: [
            "", "2024-02-29", "2023-02-29T00:00:00Z", "2024-13-01T00:00:00Z", "2024-00-01T00:00:00Z", "2024-04-31T00:00:00Z",
            "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z", "2024-01-01T00:00:60Z", "2024-01-01T00:00:00", "2024-01-01t00:00:00z",
            "2024-01-01 00:00:00Z", "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00.1234567890Z", "2024-01-01T00:00:00+24:00",
            "2024-01-01T00:00:00Z ", "0000-01-01T00:00:00Z", "+2024-01-01T00:00:00Z", "2024-01-01T00:00:00+0100", "1900-02-29T00:00:00Z",
        ])
    func refusals(text: String) {
        #expect(Timestamp(text) == nil)
    }
}
