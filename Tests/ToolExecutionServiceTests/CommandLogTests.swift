import Support
import Testing
import WireProtocol

@testable import ToolExecutionService

@Suite("The log of a command", .timeLimit(.minutes(15)))
struct CommandLogTests {
    @Test("however much was forgotten, the last of it is there under its numbers, and a reader is told how much it missed")
    func forgotten() async throws {
        try await withLoop { loop in
            let log = CommandLog(mostBytes: 1000, on: loop)
            for number in 1...5000 { log.append(.output(number % 3 == 0 ? .stderr : .stdout, Array("\(number),".utf8))) }
            let kept = 1000 / (64 + 5)
            guard case (let last, .dropped(let events))? = log.entry(after: 0) else { return #expect(Bool(false), "nothing dropped") }
            #expect(last == 5000 - kept && events == last && log.bytes == kept * (64 + 5))
            for number in last..<5000 {
                guard case (let next, .output(_, let bytes))? = log.entry(after: number) else { return #expect(Bool(false), "\(number)") }
                #expect(next == number + 1 && bytes == Array("\(next),".utf8))
            }
            #expect(log.entry(after: 5000) == nil && log.entry(after: .max) == nil)
            let texts = [OutputStream.stdout, .stderr].map { log.text(of: $0) }
            #expect(texts[0] == (4987...5000).filter { $0 % 3 != 0 }.map { "\($0)," }.joined())
            #expect(texts[1] == (4987...5000).filter { $0 % 3 == 0 }.map { "\($0)," }.joined())
            log.cut(to: 0)
            #expect(log.bytes == 64 + 5 && log.entry(after: 4999)?.number == 5000)
            log.append(.exited(code: 0, .exited))
            #expect(log.isComplete && log.isTruncated && log.entry(after: 5000)?.number == 5001)
        }
    }

    @Test("the older half of what has more than half forgotten can be forgotten too, in one go")
    func halves() async throws {
        try await withLoop { loop in
            let log = CommandLog(mostBytes: .max, on: loop)
            for number in 1...100 { log.append(.started(pid: number)) }
            for most in [60, 30, 70, 1] {
                log.cut(to: most * 64)
                let kept = min(log.bytes / 64, most)
                #expect(log.bytes == kept * 64)
                guard case (let number, .started(let pid))? = log.entry(after: 100 - kept) else { return #expect(Bool(false), "\(most)") }
                #expect(number == pid && number == 101 - kept)
            }
        }
    }
}
