import SimulationService
import Testing
import WireProtocol

@Suite("What a crew has cost", .timeLimit(.minutes(15)))
struct CrewCostTests {
    @Test("what lost runs had cost is asked for before an end that comes between two turns", arguments: [true, false])
    func costOfLostRuns(isCancelled: Bool) throws {
        var stage = try Stage(.sequential)
        try stage.say("The facts.")
        try stage.fail(.failed(Problem(.unavailable)))
        stage.lost = TokenUsage(inputTokens: 5, outputTokens: 1)
        try stage.takeOver()
        if isCancelled { stage.tell(.cancel) } else { stage.person(.complete, ordinal: 1) }
        #expect(stage.counted.map { $0.map(\.member.name) } == [["anna"]])
        #expect(stage.changes.last?.status == (isCancelled ? .cancelled : .completed) && stage.isFinished)
        #expect(stage.changes.last?.summary?.usage == TokenUsage(inputTokens: 15, outputTokens: 3))
    }

    @Test("an end in the middle of a turn waits for nothing")
    func endInTurn() throws {
        var stage = try Stage(.sequential)
        try stage.fail(.failed(Problem(.unavailable)))
        stage.person(.resume, ordinal: 1)
        stage.tell(.cancel)
        #expect(stage.counted == [] && stage.isFinished)
    }

    @Test("what a turn had cost before it failed counts too, whether the simulation goes on or ends with it")
    func costOfFailures() throws {
        var stage = try Stage(.sequential)
        try stage.say("The facts.", costing: 100_000)
        try stage.fail(
            .failed(
                Problem(.modelUnavailable),
                FailedRun(
                    id: .sample,
                    usage: TokenUsage(inputTokens: 5, outputTokens: 1, totalCost: Money(amountMicros: 200_000, currency: "USD")))))
        stage.person(.resume, ordinal: 1)
        try stage.takeOver()
        try stage.fail(
            .hopeless(
                Problem(.userSuspended),
                FailedRun(
                    id: .sample,
                    usage: TokenUsage(inputTokens: 7, outputTokens: 2, totalCost: Money(amountMicros: 400_000, currency: "USD")))))
        #expect(
            stage.changes.last?.summary?.usage
                == TokenUsage(inputTokens: 22, outputTokens: 5, totalCost: Money(amountMicros: 700_000, currency: "USD")))
    }
}
