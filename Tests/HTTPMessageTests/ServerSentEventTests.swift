import HTTPMessage
import Testing

@Suite("Server-sent events")
struct ServerSentEventTests {
    private func read(_ text: String, limit: Int = 1000) throws -> [ServerSentEvent] {
        var parser = ServerSentEventParser(maximumEventBytes: limit)
        return try parser.consume(text.utf8)
    }

    @Test("an event is written as the standard has it")
    func writing() {
        var output: [UInt8] = []
        ServerSentEvent(id: "7", event: "a", data: "{}", retryMilliseconds: 500).write(into: &output)
        ServerSentEvent(id: "8\n9", data: "one\ntwo\r\nthree\rfour\n").write(into: &output)
        ServerSentEvent.writeComment("still\nhere", into: &output)
        #expect(
            String(decoding: output, as: UTF8.self)
                == "id: 7\nevent: a\nretry: 500\ndata: {}\n\nid: 8 9\ndata: one\ndata: two\ndata: three\ndata: four\ndata: \n\n: still here\n\n"
        )
    }

    @Test("what was written is read back, however it is split")
    func roundTrip() throws {
        let events = [
            ServerSentEvent(id: "1", event: "a", data: "b\nc", retryMilliseconds: 5), ServerSentEvent(data: ""),
            ServerSentEvent(id: "", data: " d: é"),
        ]
        var output: [UInt8] = []
        for event in events { event.write(into: &output) }
        for cut in 0...output.count {
            var parser = ServerSentEventParser()
            #expect(try parser.consume(output[..<cut]) + parser.consume(output[cut...]) == events)
        }
    }

    @Test("line ends of every kind, comments, unknown fields and lines without a colon are understood")
    func forms() throws {
        #expect(try read("\u{FEFF}data:a\r\rdata:  b\r\n\r\n") == [ServerSentEvent(data: "a"), ServerSentEvent(data: " b")])
        #expect(try read("data\ndata\n\n") == [ServerSentEvent(data: "\n")])
        #expect(try read(": comment\nunknown: x\ndata: a\n\n") == [ServerSentEvent(data: "a")])
        #expect(try read("retry: 5x\nid: a\0b\ndata: a\n\n") == [ServerSentEvent(data: "a")])
        #expect(try read("event: a\n\ndata: b\n\n") == [ServerSentEvent(data: "b")])
        #expect(try read("data: cut off") == [])
    }

    @Test("an event above the bound is refused")
    func bound() throws {
        #expect(throws: ServerSentEventError.eventTooLarge) { try read("data: " + String(repeating: "a", count: 100), limit: 50) }
        #expect(throws: ServerSentEventError.eventTooLarge) { try read(String(repeating: "data: aaaa\n", count: 100), limit: 50) }
        #expect(try read(String(repeating: "data: aaaa\n\n", count: 100), limit: 50).count == 100)
    }
}
