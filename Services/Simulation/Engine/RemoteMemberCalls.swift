package import EventLoop
package import ServiceClients
internal import Telemetry
package import WireProtocol

/// Members speak through their agents: a turn is a run in a conversation that the member has in its simulation, carried out by the agent service
/// with a token that acts for the person. The requests' keys make each conversation and each turn one, whoever asks and however often.
package final class RemoteMemberCalls: MemberCalls {
    private let service: ServiceClient
    private let loop: EventLoop

    /// The longest that the agent service waits with its answer, in seconds.
    private static let longestWait = 50

    /// - Parameter service: agent.
    package init(_ service: ServiceClient, on loop: EventLoop) {
        self.service = service
        self.loop = loop
    }

    package func speak(
        _ turn: OpenTurn, prompt: String, of simulation: SimulationRecord, in conversation: ConversationID?, began: (ConversationID) -> Void
    ) async throws(TurnFailure) -> Spoken {
        let place: ConversationID
        if let conversation { place = conversation } else { place = try await begin(turn.member, of: simulation) }
        began(place)
        while true {
            let receipt: SpokenReceipt
            do {
                receipt = try await service.call(
                    AgentAPI.postMessage, PostMessage(content: prompt), parameters: ["id": place.description],
                    as: .delegated(simulation.person), from: origin(simulation),
                    idempotencyKey: "\(simulation.id)/turns/\(turn.number)", waiting: Self.longestWait, reading: SpokenReceipt.self)
            } catch { throw Self.failure(error, of: turn.member) }
            switch receipt.run.status {
            case .completed:
                return Spoken(
                    content: receipt.reply?.content ?? "", conversationID: place, runID: receipt.run.id, usage: receipt.run.usage)
            case .failed: throw Self.failure(of: receipt.run)
            case .cancelled:
                throw .failed(Problem(.conflict, detail: "The run of \(turn.member.name) was cancelled."), receipt.run.failed)
            // It takes longer than one request may wait; the same request joins it.
            case .queued, .running: continue
            // A run that a service started asks nobody.
            case .awaitingApproval, .unknown:
                throw .passing(Problem(.badGateway, detail: "The run of \(turn.member.name) has a status that is not expected here."))
            }
        }
    }

    private func begin(_ member: CrewMember, of simulation: SimulationRecord) async throws(TurnFailure) -> ConversationID {
        let place = simulation.plan.members.firstIndex { $0.name == member.name } ?? 0
        let title = "\(simulation.plan.scenario): \(member.name)"
        do {
            return try await service.call(
                AgentAPI.createConversation,
                CreateConversation(agentID: member.agentID, title: String(String.UnicodeScalarView(title.unicodeScalars.prefix(200)))),
                as: .delegated(simulation.person), from: origin(simulation), idempotencyKey: "\(simulation.id)/members/\(place)",
                reading: ConversationSketch.self
            ).id
        } catch let problem as Problem where problem.code == .validationFailed {
            throw .hopeless(Problem(.conflict, detail: "The agent of \(member.name) was deleted, or is not shared with you."))
        } catch { throw Self.failure(error, of: member) }
    }

    package func stop(_ turn: OpenTurn, of simulation: SimulationRecord, in conversation: ConversationID?) async {
        var place = conversation
        // The one who asked for the turn may be gone before it could say where; the key leads to the same conversation.
        if place == nil { place = try? await begin(turn.member, of: simulation) }
        guard let conversation = place else { return }
        let (identity, origin) = (CallIdentity.delegated(simulation.person), origin(simulation))
        let runs = try? await service.call(
            AgentAPI.listRuns, PageQuery(limit: 1), parameters: ["id": conversation.description], as: identity, from: origin,
            timeout: .seconds(5), reading: Page<RunSketch>.self)
        for run in runs?.data ?? [] where !run.status.isFinal {
            _ = try? await service.call(
                AgentAPI.cancelRun, NoContent(), parameters: ["id": run.id.description], as: identity, from: origin, timeout: .seconds(5),
                reading: RunSketch.self)
        }
    }

    private func origin(_ simulation: SimulationRecord) -> CallOrigin {
        CallOrigin(
            requestID: simulation.requestID,
            trace: TraceContext(traceparent: simulation.traceParent) ?? TraceContext.generate(using: &loop.random))
    }

    /// What a refusal of the agent service means for the turn.
    static func failure(_ error: any Error, of member: CrewMember) -> TurnFailure {
        guard let problem = error as? Problem else { return .passing(Problem(.unavailable, detail: "The call broke off.")) }
        switch problem.code {
        case .conversationBusy, .unavailable, .badGateway, .gatewayTimeout, .rateLimited, .requestInProgress, .requestTimeout,
            .internalError, .expiredToken, .invalidToken:
            return .passing(problem)
        case .notFound: return .hopeless(Problem(.conflict, detail: "The conversation of \(member.name) was deleted."))
        case .conflict:
            return .hopeless(Problem(.conflict, detail: "The agent of \(member.name) was deleted, or is not shared with you any more."))
        case .permissionDenied, .delegationRefused, .userSuspended: return .hopeless(problem)
        default: return .failed(problem)
        }
    }

    /// What the failure of a run means for the turn.
    private static func failure(of run: RunSketch) -> TurnFailure {
        let problem = run.problem ?? Problem(.internalError)
        switch problem.code {
        case .delegationRefused, .userSuspended: return .hopeless(problem, run.failed)
        default: return .failed(problem, run.failed)
        }
    }
}

/// What is read of a conversation here.
private struct ConversationSketch: Decodable { let id: ConversationID }

/// What is read of a run here.
private struct RunSketch: Codable, Sendable {
    let id: RunID
    let status: RunStatus
    let problem: Problem?
    let usage: TokenUsage?

    var failed: FailedRun { FailedRun(id: id, usage: usage) }
}

/// What is read of the receipt of a message here.
private struct SpokenReceipt: Decodable {
    struct Reply: Decodable { let content: String }

    let run: RunSketch
    let reply: Reply?
}
