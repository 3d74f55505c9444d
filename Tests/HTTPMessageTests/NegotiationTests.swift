import HTTPMessage
import Testing

@Suite("Dates, ranges and preferences")
struct NegotiationTests {
    @Test(
        "a date is written and read",
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (1_767_225_599, "Wed, 31 Dec 2025 23:59:59 GMT"),
            (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"), (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
        ])
    func dates(seconds: Int, text: String) {
        #expect(HTTPDate.format(secondsSinceEpoch: seconds) == text)
        #expect(HTTPDate.parse(text) == seconds)
    }

    @Test(
        "a date that is none is refused",
        arguments: [
            "", "Mon, 06 Nov 1994 08:49:37 GMT", "Tue, 30 Feb 2000 00:00:00 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 nov 1994 08:49:37 GMT",
            "Sun, +6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 0000 08:49:37 GMT",
        ])
    func badDates(_ text: String) {
        #expect(HTTPDate.parse(text) == nil)
    }

    @Test("a time outside the years that have four digits is clamped")
    func clamped() {
        #expect(HTTPDate.format(secondsSinceEpoch: .min) == "Thu, 01 Jan 1970 00:00:00 GMT")
        #expect(HTTPDate.format(secondsSinceEpoch: .max) == "Fri, 31 Dec 9999 23:59:59 GMT")
    }

    @Test(
        "a range is cut to the content",
        arguments: [
            ("bytes=0-9", HTTPByteRange.part(0..<10)), ("bytes=90-", .part(90..<100)), ("bytes=-10", .part(90..<100)),
            ("bytes=-1000", .part(0..<100)), ("bytes=99-1000", .part(99..<100)), ("Bytes=5-5", .part(5..<6)),
            ("bytes=100-", .unsatisfiable), ("bytes=-0", .unsatisfiable), ("bytes=5-4", .whole), ("bytes=0-1,3-4", .whole),
            ("bytes=-", .whole), ("bytes=a-b", .whole), ("items=0-1", .whole), ("bytes=+1-2", .whole),
            ("bytes=99999999999999999999-", .whole), ("", .whole),
        ])
    func ranges(field: String, range: HTTPByteRange) {
        #expect(HTTPByteRange(field, length: 100) == range)
    }

    @Test("preferences are read, and those nobody can meet left out")
    func preferences() {
        let preferences = HTTPPreferences(["prefer": #"Wait="10", x="a, \"b; wait=1";y=2, "#, "Prefer": "respond-async; foo=1, wait=20"])
        #expect(preferences.waitSeconds == 10)
        #expect(preferences.names == ["wait", "x", "respond-async"])
        #expect(HTTPPreferences(["prefer": "wait=-1, wait"]).waitSeconds == nil)
        #expect(HTTPPreferences([:]).names.isEmpty)
    }

    @Test("a status says what it is")
    func status() {
        #expect(HTTPStatus.notFound.description == "404 Not Found")
        #expect(HTTPStatus(code: 299)?.isSuccess == true)
        #expect(HTTPStatus(code: 99) == nil)
        #expect(HTTPStatus(code: 1000) == nil)
        #expect(HTTPStatus.notModified.forbidsBody)
    }
}
