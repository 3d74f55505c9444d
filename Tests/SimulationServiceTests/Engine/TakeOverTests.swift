import Journal
import SimulationService
import Testing
import WireProtocol

@Suite("A crew whose holder is lost", .timeLimit(.minutes(15)))
struct TakeOverTests {
    /// Plays a whole rehearsal; before the step with this number the holder is lost.
    private func play(_ plan: SimulationPlan, lostAt lost: Int? = nil, fates: [Int: Stage.Fate] = [:]) throws -> (stage: Stage, steps: Int)
    {
        var stage = try Stage(plan)
        var step = 0
        func next(_ stage: inout Stage) throws {
            if step == lost { try stage.takeOver() }
            if let fate = fates[step] { stage.fates = [fate] }
            step += 1
        }
        let script: [Int: String] = [2: "bert", 4: "REVISE: better", 6: "ACCEPT", 8: "REVISE", 10: "no", 12: "never"]
        var ordinal = 0
        while stage.machine.state.status != .waiting {
            try next(&stage)
            if step == 3 {
                ordinal += 1
                stage.person(.say, "And I?", ordinal: ordinal)
                try next(&stage)
            }
            let turn = try #require(stage.open)
            try stage.say(turn.purpose == .reply ? "You too." : script[step] ?? "Result \(turn.number)")
        }
        try next(&stage)
        stage.person(.complete, ordinal: ordinal + 1)
        return (stage, step)
    }

    @Test("at any step: the journal that another one finishes is the same, and every turn is asked for under its number")
    func anyStep() throws {
        for plan in [SimulationPlan.sequential, .hierarchical] {
            let (whole, steps) = try play(plan)
            let events = try whole.events.map(Self.timeless)
            #expect(events.last?.tag == .completed)
            for lost in 0..<steps {
                let (stage, _) = try play(plan, lostAt: lost)
                #expect(try stage.events.map(Self.timeless) == events, "lost at \(lost)")
                #expect(stage.asked.values.allSatisfy { $0 <= 2 }, "lost at \(lost)")
            }
        }
    }

    @Test("an acknowledgement that is lost at any step changes nothing", arguments: Stage.Fate.allCases.filter { $0 != .refused })
    func lostAcknowledgement(fate: Stage.Fate) throws {
        let (whole, steps) = try play(.hierarchical)
        for step in 0..<steps {
            let (stage, _) = try play(.hierarchical, fates: [step: fate])
            #expect(try stage.events.map(Self.timeless) == whole.events.map(Self.timeless), "step \(step)")
            #expect(stage.shown.map(\.sequence) == Array(2...(stage.shown.count + 1)))
            #expect(stage.changes.map(\.status) == whole.changes.map(\.status))
        }
    }

    /// What is asked again must be the same to the byte, or the key would not fit.
    @Test("a turn that is taken over is asked for with the same words, whatever people have said meanwhile")
    func samePrompt() throws {
        var stage = try Stage(.sequential)
        try stage.say("The facts.")
        for ordinal in [1, 3] {
            let prompt = stage.prompt
            stage.person(.say, "Wait!", ordinal: ordinal)
            stage.person(.say, "Listen \(ordinal)!", ordinal: ordinal + 1)
            try stage.takeOver()
            #expect(stage.prompt == prompt && !prompt.contains("Listen \(ordinal)!"))
            try stage.say("Yes.")
            #expect(stage.prompt.contains("Listen \(ordinal)!"), "whoever answers is told")
        }
    }

    private static func timeless(_ event: SimulationEvent) -> SimulationEvent {
        let zero = Timestamp(microseconds: 0)
        switch event {
        case .turnStarted(var event):
            event.at = zero
            return .turnStarted(event)
        case .turnCompleted(var event):
            event.at = zero
            return .turnCompleted(event)
        case .personSpoke(var event):
            event.at = zero
            return .personSpoke(event)
        case .completed(var event):
            event.at = zero
            event.summary.durationMs = 0
            return .completed(event)
        default: return event
        }
    }
}
