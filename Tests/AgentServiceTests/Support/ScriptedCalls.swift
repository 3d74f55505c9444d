import AgentService
import EventLoop
import WireProtocol

/// A model that says what a script says, by the number of messages that it is given.
final class ScriptedModelCalls: ModelCalls {
    private let replies: [[String]]
    private(set) var requests: [ModelRequest] = []
    /// Whether any model is configured.
    var isConfigured = true
    /// Called before each piece.
    var beforePiece: () async throws -> Void = {}

    /// - Parameter replies: One for each step, in pieces.
    init(_ replies: [[String]]) { self.replies = replies }

    func resolve(_ choice: ModelChoice?) -> ModelChoice? {
        isConfigured ? choice ?? ModelChoice(provider: "scripted", name: "scripted") : nil
    }

    func call(_ request: ModelRequest, receive: (String) async throws -> StreamDemand) async throws -> ModelOutcome {
        requests.append(request)
        let step = request.messages.count { $0.role == .assistant }
        for piece in replies[min(step, replies.count - 1)] {
            try await beforePiece()
            try Task.checkCancellation()
            if try await receive(piece) == .enough { return ModelOutcome(finishReason: .enough, usage: Self.usage) }
        }
        return ModelOutcome(finishReason: .stop, usage: Self.usage)
    }

    /// What each call uses.
    private static let usage = ModelUsage(inputTokens: 10, outputTokens: 5)
}

/// A tool that answers each call with the same events, once for each effect key.
final class ScriptedToolCalls: ToolCalls {
    private let events: [ExecutionEvent]
    private(set) var calls: [ToolCall] = []
    private(set) var cancelled: [String] = []
    private(set) var effects: Set<String> = []

    init(_ events: [ExecutionEvent]) { self.events = events }

    /// Prints a text and ends well.
    convenience init(printing text: String) {
        self.init([
            .output(CodeOutput(stream: .stdout, text: text)), .completed(CodeCompleted(exitCode: 0, outcome: .exited, durationMs: 1)),
        ])
    }

    func call(
        _ call: ToolCall, for person: DelegationSubject, from origin: RunOrigin, receive: (ExecutionEvent) async throws -> Void
    ) async throws {
        calls.append(call)
        effects.insert(call.effectKey)
        for event in events { try await receive(event) }
    }

    func cancel(effectKey: String, for person: DelegationSubject, from origin: RunOrigin) async throws { cancelled.append(effectKey) }
}
