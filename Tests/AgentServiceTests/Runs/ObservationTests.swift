import AgentService
import Testing
import WireProtocol

@Suite("What a model is told of code that ran")
struct ObservationTests {
    private static func execution(_ text: String, _ outcome: ExecutionOutcome = .exited, exitCode: Int = 0) -> Execution {
        var execution = Execution()
        if !text.isEmpty { execution.output.add(CodeOutput(stream: .stdout, text: text)) }
        execution.end = CodeCompleted(exitCode: exitCode, outcome: outcome, durationMs: 1)
        return execution
    }

    @Test("code that ended well is followed by the request for the answer")
    func endedWell() {
        #expect(Self.execution("391\n").observation == "Output of the code:\n```\n391\n```\nNow say the answer in plain words.")
        #expect(Self.execution("").observation == "The code printed nothing.\nNow say the answer in plain words.")
    }

    @Test("files that were not saved are told")
    func unsaved() {
        var execution = Self.execution("")
        execution.end = CodeCompleted(exitCode: 1, outcome: .exited, durationMs: 1, unsavedFiles: 3)
        #expect(execution.observation.hasSuffix("More files than can be saved: 3 were not."))
    }

    @Test("code that failed is followed by how it ended, and by no request")
    func failed() {
        #expect(Self.execution("x", exitCode: 1).observation == "Output of the code:\n```\nx\n```\nIt ended with exit code 1.")
        let stopped = Self.execution("", .timedOut, exitCode: 137).observation
        #expect(stopped == "The code printed nothing.\nIt was stopped because it took too long.")
    }
}
