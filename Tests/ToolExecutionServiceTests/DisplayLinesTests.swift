import Testing
import WireProtocol

@testable import ToolExecutionService

@Suite("What an interpreter displays", .timeLimit(.minutes(15)))
struct DisplayLinesTests {
    @Test("lines are read whole however they are cut, and what is no value is left out")
    func cut() {
        let text = Array("{\"text\":\"one\"}\n\nnonsense\n{\"text\":\"two\"}\n{\"text\":\"not yet".utf8)
        for size in 1...text.count {
            var lines = DisplayLines()
            var texts: [String?] = []
            for start in stride(from: 0, to: text.count, by: size) {
                for case .value(let value) in lines.take(Array(text[start..<min(start + size, text.count)])) { texts.append(value.text) }
            }
            #expect(texts == ["one", "two"], "pieces of \(size)")
        }
    }

    @Test("a flood of lines and a line without end cost no more than their length")
    func flood() {
        var lines = DisplayLines()
        #expect(lines.take([UInt8](repeating: UInt8(ascii: "\n"), count: 4 << 20)).isEmpty)
        lines = DisplayLines()
        let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 1024)
        for _ in 0..<(12 << 10) { #expect(lines.take(piece).isEmpty) }
        var values: [ExecutionEvent] = lines.take(Array("\n{\"text\":\"after\"}\n".utf8))
        guard case .value(let value)? = values.popLast() else { return #expect(Bool(false), "no value") }
        #expect(value.text == "after" && values.isEmpty)
    }
}
