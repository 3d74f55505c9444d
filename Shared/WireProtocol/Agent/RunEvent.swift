internal import JSON

/// What happens in a run. In a stream, `type` is also the name of the event.
package enum RunEvent: WireUnion, Equatable {
    case runStarted(RunStarted)
    case modelStarted(ModelStarted)
    case modelRestarted(ModelRestarted)
    case messageDelta(MessageDelta)
    case codeStarted(CodeStarted)
    case codeOutput(CodeOutput)
    case codeCompleted(CodeCompleted)
    case toolStarted(ToolStarted)
    case toolCompleted(ToolCompleted)
    case approvalRequested(ApprovalRequested)
    case approvalDecided(ApprovalDecided)
    case sandboxReset(SandboxReset)
    case artifactCreated(ArtifactCreated)
    case messageCompleted(MessageCompleted)
    case runCompleted
    case runFailed(RunFailed)
    case runCancelled
    /// Of a newer writer.
    case unknown

    /// The names of the events.
    package enum Tag: String, WireEnum {
        case runStarted = "run.started"
        case modelStarted = "model.started"
        case modelRestarted = "model.restarted"
        case messageDelta = "message.delta"
        case codeStarted = "code.started"
        case codeOutput = "code.output"
        case codeCompleted = "code.completed"
        case toolStarted = "tool.started"
        case toolCompleted = "tool.completed"
        case approvalRequested = "approval.requested"
        case approvalDecided = "approval.decided"
        case sandboxReset = "sandbox.reset"
        case artifactCreated = "artifact.created"
        case messageCompleted = "message.completed"
        case runCompleted = "run.completed"
        case runFailed = "run.failed"
        case runCancelled = "run.cancelled"
        case unknown

        /// Whether it is the last of its run.
        package var isFinal: Bool { self == .runCompleted || self == .runFailed || self == .runCancelled }
    }

    /// The name of this event.
    package var tag: Tag {
        switch self {
        case .runStarted: .runStarted
        case .modelStarted: .modelStarted
        case .modelRestarted: .modelRestarted
        case .messageDelta: .messageDelta
        case .codeStarted: .codeStarted
        case .codeOutput: .codeOutput
        case .codeCompleted: .codeCompleted
        case .toolStarted: .toolStarted
        case .toolCompleted: .toolCompleted
        case .approvalRequested: .approvalRequested
        case .approvalDecided: .approvalDecided
        case .sandboxReset: .sandboxReset
        case .artifactCreated: .artifactCreated
        case .messageCompleted: .messageCompleted
        case .runCompleted: .runCompleted
        case .runFailed: .runFailed
        case .runCancelled: .runCancelled
        case .unknown: .unknown
        }
    }
}

extension RunEvent {
    private enum CodingKeys: String, CodingKey { case type }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch try container.decode(Tag.self, forKey: .type) {
        case .runStarted: self = .runStarted(try RunStarted(from: decoder))
        case .modelStarted: self = .modelStarted(try ModelStarted(from: decoder))
        case .modelRestarted: self = .modelRestarted(try ModelRestarted(from: decoder))
        case .messageDelta: self = .messageDelta(try MessageDelta(from: decoder))
        case .codeStarted: self = .codeStarted(try CodeStarted(from: decoder))
        case .codeOutput: self = .codeOutput(try CodeOutput(from: decoder))
        case .codeCompleted: self = .codeCompleted(try CodeCompleted(from: decoder))
        case .toolStarted: self = .toolStarted(try ToolStarted(from: decoder))
        case .toolCompleted: self = .toolCompleted(try ToolCompleted(from: decoder))
        case .approvalRequested: self = .approvalRequested(try ApprovalRequested(from: decoder))
        case .approvalDecided: self = .approvalDecided(try ApprovalDecided(from: decoder))
        case .sandboxReset: self = .sandboxReset(try SandboxReset(from: decoder))
        case .artifactCreated: self = .artifactCreated(try ArtifactCreated(from: decoder))
        case .messageCompleted: self = .messageCompleted(try MessageCompleted(from: decoder))
        case .runCompleted: self = .runCompleted
        case .runFailed: self = .runFailed(try RunFailed(from: decoder))
        case .runCancelled: self = .runCancelled
        case .unknown: self = .unknown
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(tag, forKey: .type)
        switch self {
        case .runStarted(let event): try event.encode(to: encoder)
        case .modelStarted(let event): try event.encode(to: encoder)
        case .modelRestarted(let event): try event.encode(to: encoder)
        case .messageDelta(let event): try event.encode(to: encoder)
        case .codeStarted(let event): try event.encode(to: encoder)
        case .codeOutput(let event): try event.encode(to: encoder)
        case .codeCompleted(let event): try event.encode(to: encoder)
        case .toolStarted(let event): try event.encode(to: encoder)
        case .toolCompleted(let event): try event.encode(to: encoder)
        case .approvalRequested(let event): try event.encode(to: encoder)
        case .approvalDecided(let event): try event.encode(to: encoder)
        case .sandboxReset(let event): try event.encode(to: encoder)
        case .artifactCreated(let event): try event.encode(to: encoder)
        case .messageCompleted(let event): try event.encode(to: encoder)
        case .runFailed(let event): try event.encode(to: encoder)
        case .runCompleted, .runCancelled, .unknown: break
        }
    }
}
