import Testing
import WireProtocol

@testable import ToolExecutionService

@Suite("The launcher's frames", .timeLimit(.minutes(15)))
struct LauncherFrameTests {
    @Test("frames are read whole however their bytes come")
    func pieces() throws {
        let frames = [LauncherFrame(.output, [0, 0, 0, 7, 1, 0x61]), LauncherFrame(.end, [0, 0, 0, 7])]
        let bytes = frames.flatMap(\.bytes)
        for size in 1...bytes.count {
            var parser = LauncherFrameParser()
            var read: [LauncherFrame] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                parser.append(bytes[start..<min(start + size, bytes.count)])
                while let frame = try parser.next() { read.append(frame) }
            }
            #expect(read == frames)
        }
    }

    @Test(
        "a length that lies or an unknown kind breaks the framing",
        arguments: [
            [0, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0x90, 1], [0, 0, 0, 1, 200],
        ] as [[UInt8]])
    func broken(bytes: [UInt8]) {
        var parser = LauncherFrameParser()
        parser.append(bytes)
        #expect(throws: LauncherProtocolError.self) { try parser.next() }
    }

    @Test("a body that ends within a field is refused", arguments: 0..<19)
    func short(length: Int) {
        let body = [UInt8](repeating: 0, count: length)
        #expect(throws: LauncherProtocolError.self) { try LauncherAnswer.parse(LauncherFrame(.done, body)) }
    }

    @Test("the answers are read field by field")
    func fields() throws {
        let done = LauncherFrame(.done, [0, 0, 0, 2, 1, 5, 0, 0, 0, 0, 137, 0, 0, 0, 0, 0, 0, 1, 0])
        let end = EvaluationEnd(outcome: .stopped, limits: [.time, .memory], isInterpreterAlive: false, status: 137)
        #expect(try LauncherAnswer.parse(done)?.answer == .done(end))
        #expect(try LauncherAnswer.parse(done)?.request == 2)
        let entry = LauncherFrame(.entry, [0, 0, 0, 1] + [0, 0, 0, 0, 0, 0, 0, 9] + [0, 0, 0, 0, 0, 0, 0, 3] + Array("a/b".utf8))
        #expect(try LauncherAnswer.parse(entry)?.answer == .entry(SandboxFile(path: "a/b", size: 9, modified: 3)))
    }

    @Test("a limit is the outcome when it stopped the code or made it fail")
    func outcomes() {
        func outcome(_ outcome: EvaluationEnd.Outcome, _ limits: EvaluationEnd.Limits, _ status: Int) -> String {
            EvaluationEnd(outcome: outcome, limits: limits, isInterpreterAlive: true, status: status)
                .executionOutcome(isOutputExceeded: false).rawValue
        }
        #expect(outcome(.finished, [.disk, .memory], 0) == "exited")
        #expect(outcome(.finished, .disk, 1) == "disk_exceeded")
        #expect(outcome(.finished, .processes, 1) == "processes_exceeded")
        #expect(outcome(.ended, .memory, 137) == "memory_exceeded")
        #expect(outcome(.stopped, .time, 137) == "timed_out")
        #expect(outcome(.stopped, [.time, .output], 1) == "output_exceeded")
        #expect(outcome(.stopped, [], 130) == "cancelled")
    }
}
