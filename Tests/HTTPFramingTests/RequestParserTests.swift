import HTTPFraming
import HTTPMessage
import Testing

@Suite("Requests")
struct RequestParserTests {
    @Test("each case is accepted or refused as the table says", arguments: requestCases)
    func table(_ each: RequestCase) {
        let recording = recordRequests([Array(each.bytes.utf8)])
        #expect(verdict(recording) == each.ours, "\(recording)")
    }

    @Test("each case reads the same however it is split", arguments: requestCases)
    func splits(_ each: RequestCase) {
        let bytes = Array(each.bytes.utf8)
        let whole = recordRequests([bytes])
        // The long ones are cut at every place near both ends and at some places between.
        let places = Array(0...bytes.count).filter { $0 < 200 || $0 > bytes.count - 50 || $0 % 997 == 0 }
        for place in places {
            let split = recordRequests([Array(bytes[..<place]), Array(bytes[place...])])
            #expect(split == whole, "cut at \(place)")
        }
        #expect(recordRequests(bytes.map { [$0] }) == whole, "in single bytes")
    }

    @Test("the events carry what was sent")
    func events() {
        let text =
            "POST /a/b?c=d HTTP/1.1\r\nHost: a\r\nX-Y:  z \r\nTransfer-Encoding: chunked\r\nExpect: 100-Continue\r\n\r\n"
            + "3\r\nabc\r\n0\r\nT: u\r\n\r\nGET / HTTP/1.0\r\nConnection: Keep-Alive, x\r\n\r\nGET / HTTP/1.0\r\n\r\n"
        let fields = "host: a\nx-y: z\ntransfer-encoding: chunked\nexpect: 100-Continue"
        let recording = recordRequests([Array(text.utf8)])
        #expect(
            recording.events == [
                "POST /a/b?c=d http11 chunked alive:true continue:true [\(fields)]", "body abc", "end [t: u]",
                "GET / http10 none alive:true continue:false [connection: Keep-Alive, x]", "end []",
                "GET / http10 none alive:false continue:false []", "end []",
            ])
        #expect(recording.error == nil)
    }

    @Test("a body above the limit is refused, framed either way")
    func bodyLimit() {
        var limits = HTTPFramingLimits()
        limits.bodyBytes = 5
        let head = "POST / HTTP/1.1\r\nHost: a\r\n"
        for (rest, isRefused) in [
            ("Content-Length: 5\r\n\r\nabcde", false), ("Content-Length: 6\r\n\r\nabcdef", true),
            ("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", false),
            ("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n", true),
        ] {
            let recording = recordRequests([Array((head + rest).utf8)], limits: limits)
            #expect(recording.error?.status == (isRefused ? .contentTooLarge : nil))
        }
    }

    @Test("trailers above their limits are refused")
    func trailerLimits() {
        var limits = HTTPFramingLimits()
        limits.trailerBytes = 40
        limits.trailerCount = 2
        let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
        for (rest, reason) in [
            ("A: b\r\nC: d\r\n\r\n", nil), ("A: b\r\nC: d\r\nE: f\r\n\r\n", HTTPFramingError.Reason.tooManyFields),
            ("A: " + String(repeating: "b", count: 50) + "\r\n\r\n", .headTooLarge),
        ] {
            #expect(recordRequests([Array((head + rest).utf8)], limits: limits).error?.reason == reason)
        }
    }

    @Test("a parser that refused something stays refusing")
    func staysFailed() throws {
        var parser = HTTPRequestParser()
        let bad = Array("GET\r\n".utf8)
        let good = Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        var position = 0
        #expect(throws: HTTPFramingError(.malformedStartLine)) { _ = try parser.next(bad.span, from: &position) }
        position = 0
        #expect(throws: HTTPFramingError(.malformedStartLine)) { _ = try parser.next(good.span, from: &position) }
    }

    @Test("bytes after the last request of a connection are left where they are")
    func leftover() throws {
        var parser = HTTPRequestParser()
        let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\n\r\nrest".utf8)
        var position = 0
        var wantsUpgrade = false
        while let event = try parser.next(bytes.span, from: &position) {
            if case .head(let head) = event { wantsUpgrade = head.wantsUpgrade }
        }
        #expect(wantsUpgrade)
        #expect(String(decoding: bytes[position...], as: UTF8.self) == "rest")
    }

    private func verdict(_ recording: Recording) -> String {
        if let error = recording.error { return String(error.status.code) }
        return recording.completeRequests == 0 ? "wait" : "ok \(recording.completeRequests)"
    }
}
