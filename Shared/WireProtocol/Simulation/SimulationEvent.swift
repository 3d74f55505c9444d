internal import JSON

/// What happens in a simulation. In a stream, `type` is also the name of the event.
package enum SimulationEvent: WireUnion, Equatable {
    case started(SimulationStarted)
    case turnStarted(TurnStarted)
    case turnCompleted(TurnCompleted)
    case turnFailed(TurnFailed)
    case approvalRequested(TurnApprovalRequested)
    case approvalDecided(TurnApprovalDecided)
    case taskAssigned(TaskAssigned)
    case taskReturned(TaskReturned)
    case taskCompleted(TaskCompleted)
    case personSpoke(PersonSpoke)
    /// All is done and said.
    case waiting
    case paused(SimulationPaused)
    case resumed(SimulationResumed)
    case completed(SimulationEnded)
    case failed(SimulationFailed)
    case cancelled(SimulationEnded)
    /// Of a newer writer.
    case unknown

    /// The names of the events.
    package enum Tag: String, WireEnum {
        case started = "simulation.started"
        case turnStarted = "turn.started"
        case turnCompleted = "turn.completed"
        case turnFailed = "turn.failed"
        case approvalRequested = "approval.requested"
        case approvalDecided = "approval.decided"
        case taskAssigned = "task.assigned"
        case taskReturned = "task.returned"
        case taskCompleted = "task.completed"
        case personSpoke = "person.spoke"
        case waiting = "simulation.waiting"
        case paused = "simulation.paused"
        case resumed = "simulation.resumed"
        case completed = "simulation.completed"
        case failed = "simulation.failed"
        case cancelled = "simulation.cancelled"
        case unknown

        /// Whether it is the last of its simulation.
        package var isFinal: Bool { self == .completed || self == .failed || self == .cancelled }
    }

    /// The name of this event.
    package var tag: Tag {
        switch self {
        case .started: .started
        case .turnStarted: .turnStarted
        case .turnCompleted: .turnCompleted
        case .turnFailed: .turnFailed
        case .approvalRequested: .approvalRequested
        case .approvalDecided: .approvalDecided
        case .taskAssigned: .taskAssigned
        case .taskReturned: .taskReturned
        case .taskCompleted: .taskCompleted
        case .personSpoke: .personSpoke
        case .waiting: .waiting
        case .paused: .paused
        case .resumed: .resumed
        case .completed: .completed
        case .failed: .failed
        case .cancelled: .cancelled
        case .unknown: .unknown
        }
    }
}

extension SimulationEvent {
    private enum CodingKeys: String, CodingKey { case type }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch try container.decode(Tag.self, forKey: .type) {
        case .started: self = .started(try SimulationStarted(from: decoder))
        case .turnStarted: self = .turnStarted(try TurnStarted(from: decoder))
        case .turnCompleted: self = .turnCompleted(try TurnCompleted(from: decoder))
        case .turnFailed: self = .turnFailed(try TurnFailed(from: decoder))
        case .approvalRequested: self = .approvalRequested(try TurnApprovalRequested(from: decoder))
        case .approvalDecided: self = .approvalDecided(try TurnApprovalDecided(from: decoder))
        case .taskAssigned: self = .taskAssigned(try TaskAssigned(from: decoder))
        case .taskReturned: self = .taskReturned(try TaskReturned(from: decoder))
        case .taskCompleted: self = .taskCompleted(try TaskCompleted(from: decoder))
        case .personSpoke: self = .personSpoke(try PersonSpoke(from: decoder))
        case .waiting: self = .waiting
        case .paused: self = .paused(try SimulationPaused(from: decoder))
        case .resumed: self = .resumed(try SimulationResumed(from: decoder))
        case .completed: self = .completed(try SimulationEnded(from: decoder))
        case .failed: self = .failed(try SimulationFailed(from: decoder))
        case .cancelled: self = .cancelled(try SimulationEnded(from: decoder))
        case .unknown: self = .unknown
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(tag, forKey: .type)
        switch self {
        case .started(let event): try event.encode(to: encoder)
        case .turnStarted(let event): try event.encode(to: encoder)
        case .turnCompleted(let event): try event.encode(to: encoder)
        case .turnFailed(let event): try event.encode(to: encoder)
        case .approvalRequested(let event): try event.encode(to: encoder)
        case .approvalDecided(let event): try event.encode(to: encoder)
        case .taskAssigned(let event): try event.encode(to: encoder)
        case .taskReturned(let event): try event.encode(to: encoder)
        case .taskCompleted(let event): try event.encode(to: encoder)
        case .personSpoke(let event): try event.encode(to: encoder)
        case .paused(let event): try event.encode(to: encoder)
        case .resumed(let event): try event.encode(to: encoder)
        case .completed(let event): try event.encode(to: encoder)
        case .failed(let event): try event.encode(to: encoder)
        case .cancelled(let event): try event.encode(to: encoder)
        case .waiting, .unknown: break
        }
    }
}
