import HTTPFraming
import HTTPMessage
import Testing

@Suite("Writing")
struct WriterTests {
    @Test("a response is written with the framing it has, whatever its fields claim")
    func response() {
        var output: [UInt8] = []
        let response = HTTPResponse(
            status: .notFound,
            fields: ["Content-Type": "text/plain", "Content-Length": "9", "Transfer-Encoding": "gzip", "Connection": "x", "A": "b\r\nc: d"])
        HTTPWriter.write(response, body: .length(120), connection: .close, dateLine: Array("date: now\r\n".utf8), into: &output)
        #expect(
            String(decoding: output, as: UTF8.self)
                == "HTTP/1.1 404 Not Found\r\ndate: now\r\ncontent-type: text/plain\r\na: b  c: d\r\ncontent-length: 120\r\nconnection: close\r\n\r\n"
        )
    }

    @Test("a status without a body is written without a length")
    func noBody() {
        var output: [UInt8] = []
        HTTPWriter.write(HTTPResponse(status: .noContent), body: .none, into: &output)
        HTTPWriter.write(HTTPResponse(status: .ok), body: .none, into: &output)
        #expect(String(decoding: output, as: UTF8.self) == "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
    }

    @Test("what is written as requests is read back")
    func requests() {
        var output: [UInt8] = []
        HTTPWriter.write(HTTPRequest(method: .get, target: "/a", fields: ["host": "h"]), body: .none, into: &output)
        HTTPWriter.write(HTTPRequest(method: .post, target: "/b", fields: ["host": "h"]), body: .none, into: &output)
        HTTPWriter.write(HTTPRequest(method: .put, target: "/c", fields: ["host": "h"]), body: .chunked, into: &output)
        HTTPWriter.writeChunk(Array(repeating: UInt8(ascii: "x"), count: 300)[...], into: &output)
        HTTPWriter.writeChunk([], into: &output)
        HTTPWriter.writeLastChunk(trailers: ["t": "u", "content-length": "5"], into: &output)
        let recording = recordRequests([output])
        #expect(recording.error == nil)
        #expect(
            recording.events == [
                "GET /a http11 none alive:true continue:false [host: h]", "end []",
                "POST /b http11 none alive:true continue:false [host: h\ncontent-length: 0]", "end []",
                "PUT /c http11 chunked alive:true continue:false [host: h\ntransfer-encoding: chunked]",
                "body " + String(repeating: "x", count: 300), "end [t: u]",
            ])
    }
}
