internal import Journal
package import WireProtocol

/// What a run is at one number of its journal: a fold over the events up to there, and nothing else.
package struct RunState: Sendable, Hashable {
    /// What comes next, or is open.
    package enum Phase: Sendable, Hashable {
        /// Nothing is open: the model comes next.
        case ready
        case calling(OpenModelCall)
        case executing(OpenCodeExecution)
        case usingTools(ToolRound)
        /// The reply is there; only the end is missing.
        case answered
        case ended(RunStatus)
    }

    /// Something that was said in the run.
    package enum Turn: Sendable, Hashable {
        case reply(String)
        case execution(Execution)
        case tools(ToolRound)
    }

    package private(set) var phase = Phase.ready
    package private(set) var turns: [Turn] = []
    /// How many times the model has been called, not counting calls that began again.
    package private(set) var steps = 0
    /// Whether an interpreter with the conversation's variables is expected.
    package private(set) var expectsSession: Bool

    package init(expectsSession: Bool) { self.expectsSession = expectsSession }

    /// The state after the next event.
    package mutating func apply(_ event: RunEvent, at sequence: Int) throws {
        if case .messageDelta(let delta) = event, case .calling(var call) = phase {
            // Nothing else may hold the reply while it grows: with each piece it would be copied.
            phase = .ready
            call.reply += delta.text
            phase = .calling(call)
            return
        }
        switch (phase, event) {
        case (.ready, .runStarted): break
        case (.ready, .modelStarted(let started)):
            steps = started.step
            phase = .calling(OpenModelCall())
        case (.calling(var call), .modelRestarted):
            call.restart()
            phase = .calling(call)
        case (.calling(let call), .codeStarted(let started)):
            turns.append(.reply(call.reply))
            phase = .executing(
                OpenCodeExecution(intent: sequence, language: started.language, code: started.code, expectsSession: expectsSession))
        case (.executing(var call), .codeOutput(let output)):
            call.execution.output.add(output)
            phase = .executing(call)
        case (.executing(var call), .sandboxReset):
            call.execution.wasReset = true
            phase = .executing(call)
        case (.executing(var call), .artifactCreated(let artifact)):
            call.execution.files.append(artifact.file)
            phase = .executing(call)
        case (.executing(var call), .codeCompleted(let completed)):
            call.execution.end = completed
            turns.append(.execution(call.execution))
            expectsSession = true
            phase = .ready
        case (.calling(let call), .toolStarted(let started)):
            var round = ToolRound(reply: call.reply)
            _ = round.add(started, at: sequence)
            phase = .usingTools(round)
        case (.usingTools(var round), .toolStarted(let started)) where round.add(started, at: sequence):
            phase = .usingTools(round)
        case (.usingTools, .artifactCreated): break
        case (.usingTools(var round), .approvalRequested(let requested)) where round.ask(requested): phase = .usingTools(round)
        case (.usingTools(var round), .approvalDecided(let decided)) where round.decide(decided): phase = .usingTools(round)
        case (.usingTools(var round), .toolCompleted(let completed)) where round.complete(completed):
            phase = .usingTools(round)
            if round.open != nil { break }
            turns.append(.tools(round))
            phase = .ready
        case (.calling(let call), .messageCompleted):
            turns.append(.reply(call.reply))
            phase = .answered
        case (.answered, .runCompleted): phase = .ended(.completed)
        case (.ready, .runFailed), (.calling, .runFailed), (.executing, .runFailed), (.usingTools, .runFailed): phase = .ended(.failed)
        case (.ready, .runCancelled), (.calling, .runCancelled), (.executing, .runCancelled), (.usingTools, .runCancelled):
            phase = .ended(.cancelled)
        default: throw CorruptJournal("\(event.tag.rawValue) at \(sequence) does not follow from what was before")
        }
    }
}

/// A model call that is open in the journal.
package struct OpenModelCall: Sendable, Hashable {
    /// What is committed of its reply.
    package var reply = ""
    /// How often it was begun.
    package private(set) var attempts = 1

    package init() {}

    mutating func restart() {
        reply = ""
        attempts += 1
    }
}

/// An execution of code that is open in the journal.
package struct OpenCodeExecution: Sendable, Hashable {
    /// The number of the event that said what would be done: it names the effect.
    package let intent: Int
    package let language: CodeLanguage
    package let code: String
    package let expectsSession: Bool
    package var execution = Execution()

    package init(intent: Int, language: CodeLanguage, code: String, expectsSession: Bool) {
        self.intent = intent
        self.language = language
        self.code = code
        self.expectsSession = expectsSession
    }
}

/// What came of code.
package struct Execution: Sendable, Hashable {
    package var output = CapturedOutput()
    package var wasReset = false
    package var files: [FileReference] = []
    /// nil: it has not ended.
    package var end: CodeCompleted?

    package init() {}
}
