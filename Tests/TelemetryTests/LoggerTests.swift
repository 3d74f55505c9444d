import EventLoop
import Glibc
import JSON
import Support
import Telemetry
import Testing

@Suite("Log lines", .timeLimit(.minutes(15)))
struct LoggerTests {
    /// The lines that `body` logs through a pipe.
    private func lines(_ body: @escaping @Sendable (EventLoop, LogOutput) async throws -> Void) async throws -> [String] {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let (reader, writer) = (ends[0], ends[1])
        try await withLoop { loop in try await body(loop, LogOutput(on: loop, descriptor: writer)) }
        close(writer)
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while case let count = read(reader, &buffer, buffer.count), count > 0 { text += buffer[..<count] }
        close(reader)
        return String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test("a line is one JSON object with its keys in order")
    func shape() async throws {
        let lines = try await lines { _, output in
            let logger = Logger(service: "auth", output: output).with(requestID: "r-1", traceID: "t-1")
            logger.info("answered \"it\"\n", ["status": 200, "seconds": 0.25, "cached": false, "route": "GET /"])
        }
        let line = try #require(lines.first)
        #expect(lines.count == 1)
        #expect(
            line.hasSuffix(
                #"","level":"info","msg":"answered \"it\"\n","service":"auth","request_id":"r-1","trace_id":"t-1","#
                    + #""status":200,"seconds":0.25,"cached":false,"route":"GET /"}"#))
        #expect(line.wholeMatch(of: /\{"ts":"20\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-6]\d\.\d{3}Z",.*/) != nil)
    }

    @Test("lines below the level are left out, and their text is never made")
    func level() async throws {
        let lines = try await lines { _, output in
            func expensive() -> String {
                Issue.record("made the text of a line that is left out")
                return ""
            }
            var logger = Logger(service: "s", level: .warning, output: output)
            logger.debug(expensive())
            logger.info(expensive(), ["field": .string(expensive())])
            logger.warning("one")
            logger.error("two", ["error": .error(SocketError(action: "read", code: 104))])
            logger.level = .debug
            logger.debug("three")
        }
        #expect(lines.map { $0.contains("\"level\":\"debug\"") } == [false, false, true])
        #expect(lines[1].contains(#""error":"read: Connection reset by peer""#))
    }

    @Test("a line is bounded, whatever is logged, and never cut within a character")
    func bounded() async throws {
        let lines = try await lines { _, output in
            let logger = Logger(service: "s", output: output)
            let long = "a" + String(repeating: "ü", count: 5000)
            logger.info(long, ["a": .string(long), "b": .string(long), "c": .string(long), "d": .string(long), "e": .string(long)])
            logger.info(String(repeating: "\u{1}", count: 10000), ["after": true])
        }
        #expect(lines.count == 2)
        for line in lines {
            #expect(line.utf8.count < 24 << 10)
            #expect(!line.contains("\u{FFFD}"))
            #expect(line.hasSuffix(#""truncated":true}"#))
            #expect(throws: Never.self) { try JSONDocument(Array(line.utf8)) }
        }
    }

    @Test("lines of one turn come together after it, an error at once")
    func gathering() async throws {
        let lines = try await lines { loop, output in
            let logger = Logger(service: "s", output: output)
            for index in 0..<100 { logger.info("line", ["index": .int(index)]) }
            try await loop.sleep(for: .milliseconds(1))
            logger.error("last")
        }
        #expect(lines.count == 101)
        #expect(lines.last?.contains("last") == true)
    }
}
