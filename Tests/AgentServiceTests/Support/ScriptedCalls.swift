import AgentService
import JSON
import ServiceClients
import WireProtocol

/// A model that says what a script says, by the number of messages that it is given.
final class ScriptedModelCalls: ModelCalls {
    private let replies: [[String]]
    /// What the replies ask for besides, by the step from 0.
    private let toolCalls: [Int: [RequestedToolCall]]
    private(set) var requests: [ModelRequest] = []
    /// Whether any model is configured.
    var isConfigured = true
    /// Called before each piece.
    var beforePiece: () async throws -> Void = {}

    /// - Parameter replies: One for each step, in pieces.
    init(_ replies: [[String]], toolCalls: [Int: [RequestedToolCall]] = [:]) {
        self.replies = replies
        self.toolCalls = toolCalls
    }

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
        return ModelOutcome(finishReason: .stop, usage: Self.usage, toolCalls: toolCalls[step] ?? [])
    }

    /// What each call uses.
    private static let usage = TokenUsage(inputTokens: 10, outputTokens: 5, totalCost: Money(amountMicros: 100_000, currency: "USD"))
}

/// A tool that answers each call with the same events, once for each effect key.
final class ScriptedToolCalls: ToolCalls {
    private let events: [ExecutionEvent]
    private(set) var calls: [ToolCall] = []
    private(set) var cancelled: [String] = []
    private(set) var effects: Set<String> = []
    private(set) var uses: [ToolUse] = []
    /// By which sessions tools were called.
    private(set) var sessions: [SessionID] = []
    /// Who knows what a person has agreed to; nil: nobody has to agree.
    var approvals: ScriptedApprovals?
    /// Called before a tool answers, when its effect has happened.
    var beforeAnswer: () async throws -> Void = {}

    /// Whether there is something to be stopped already.
    var beforeCancel: () -> Bool = { true }
    var afterCancel: () -> Void = {}

    init(_ events: [ExecutionEvent]) { self.events = events }

    /// Prints a text and ends well.
    convenience init(printing text: String) {
        self.init([
            .output(CodeOutput(stream: .stdout, text: text)), .completed(CodeCompleted(exitCode: 0, outcome: .exited, durationMs: 1)),
        ])
    }

    func execute(
        _ call: ToolCall, for person: DelegationSubject, from origin: RunOrigin, receive: (ExecutionEvent) async throws -> Void
    ) async throws {
        calls.append(call)
        effects.insert(call.effectKey)
        for event in events { try await receive(event) }
    }

    func offers(of names: [String], for person: DelegationSubject, from origin: RunOrigin) async throws -> [ToolOffer] {
        names.map { ToolOffer(name: $0, description: "Does \($0).", parameters: ["type": "object"]) }
    }

    /// Says its argument `a` again.
    func call(_ use: ToolUse, by agent: AgentID, for person: DelegationSubject, from origin: RunOrigin) async throws -> ToolAnswer {
        uses.append(use)
        sessions.append(person.sessionID)
        if let approvals, !approvals.approved.contains(use) { throw ToolCallError.refused(Problem(.approvalRequired)) }
        effects.insert(use.effectKey)
        try await beforeAnswer()
        return ToolAnswer(content: "\(use.name) \(use.arguments["a"]?.int ?? 0)")
    }

    func cancel(effectKey: String, for person: DelegationSubject, from origin: RunOrigin) async throws {
        if beforeCancel() { cancelled.append(effectKey) }
        afterCancel()
    }
}

/// What people have agreed to.
final class ScriptedApprovals: ToolApprovals {
    private(set) var approved: Set<ToolUse> = []
    /// What is thrown in place of taking it.
    var refusal: Problem?

    func approve(_ use: ToolUse, with credentials: PersonalCredentials) async throws {
        if let refusal { throw refusal }
        approved.insert(use)
    }
}

/// A catalogue of a few tools: `http_request` and `python` can be given to an agent, `read_file` wants a sandbox.
final class ScriptedToolDirectory: ToolDirectory {
    private(set) var asked: [Set<String>] = []
    var isDown = false
    /// The names of those that are gone.
    var gone: Set<String> = []

    func find(_ names: Set<String>, as identity: CallIdentity, from origin: CallOrigin) async throws -> [String: Tool] {
        asked.append(names)
        if isDown { throw Problem(.unavailable) }
        let found = names.intersection(["http_request", "python", "read_file"]).subtracting(gone).map { name in
            Tool(
                name: name, description: "Does \(name).", kind: .code, parameters: ["type": "object"], needsSandbox: name == "read_file",
                availability: ToolAvailability(isAvailable: true))
        }
        return Dictionary(uniqueKeysWithValues: found.map { ($0.name, $0) })
    }
}
