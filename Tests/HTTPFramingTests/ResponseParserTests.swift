import HTTPFraming
import HTTPMessage
import Testing

@Suite("Responses")
struct ResponseParserTests {
    @Test("the body of a response depends on the request and the status")
    func bodies() {
        let text =
            "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"
            + "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n" + "HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n"
            + "HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n0\r\nA: b\r\n\r\n" + "HTTP/1.1 200 \r\n\r\nuntil the end"
        let expected = [
            "informational 103 ", "200 OK length(3) alive:true [content-length: 3]", "body abc", "end []",
            "200 OK none alive:true [content-length: 3]", "end []", "304 Not Modified none alive:true [content-length: 3]", "end []",
            "200 OK chunked alive:true [transfer-encoding: chunked]", "body de", "end [a: b]",
            "200 OK untilClose alive:false []", "body until the end", "end of connection",
        ]
        for pieces in allSplits(Array(text.utf8)) {
            let recording = recordResponses(pieces, to: [.get, .head, .get, .get, .get], thenEnds: true)
            #expect(recording.events == expected)
            #expect(recording.error == nil)
        }
    }

    @Test(
        "what two parsers could read differently is refused",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
            "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 099 OK\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1  200 OK\r\n\r\n",
            "HTTP/3.0 200 OK\r\n\r\n", "HTTP/1.1 200 O\u{01}K\r\n\r\n", "\r\nHTTP/1.1 200 OK\r\n\r\n",
            "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n",
        ])
    func refusals(_ text: String) {
        for pieces in allSplits(Array(text.utf8)) {
            let recording = recordResponses(pieces, to: [.get])
            #expect(recording.error != nil)
            #expect(recording.events.isEmpty)
        }
    }

    @Test("a connection that ends early is noticed")
    func cutOff() {
        for text in [
            "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
        ] {
            #expect(recordResponses([Array(text.utf8)], to: [.get], thenEnds: true).error == HTTPFramingError(.unexpectedEnd))
        }
    }

    @Test("bytes nobody asked for are left where they are")
    func unsolicited() throws {
        var parser = HTTPResponseParser()
        let bytes = Array("HTTP/1.1 200 OK\r\n\r\n".utf8)
        var position = 0
        let isSilent = try parser.next(bytes.span, from: &position) == nil
        #expect(isSilent)
        #expect(position == 0)
        #expect(parser.isIdle)
    }
}
