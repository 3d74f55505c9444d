package import EventLoop
package import ServiceClients
internal import JSON
internal import Telemetry
package import WireProtocol

/// Members speak through their agents: a turn is a run in a conversation that the member has in its simulation, carried out by the agent service
/// with a token that acts for the person. The requests' keys make each conversation and each turn one, whoever asks and however often.
package final class RemoteMemberCalls: MemberCalls {
    private let service: ServiceClient
    private let loop: EventLoop

    /// The longest that the agent service waits with its answer, in seconds.
    private static let longestWait = 50
    private static let pause = Duration.milliseconds(100)
    /// The longest that the end of a simulation waits for what lost runs had used.
    private static let longestCount = Duration.seconds(5)

    /// - Parameter service: agent.
    package init(_ service: ServiceClient, on loop: EventLoop) {
        self.service = service
        self.loop = loop
    }

    package func speak(
        _ turn: OpenTurn, prompt: String, of simulation: SimulationRecord, in conversation: ConversationID?, approval: (RunApproval) -> Void
    ) async throws(TurnFailure) -> Spoken {
        // Once it has asked its person it is known by its id, which is good for longer than the request's key.
        if let conversation, let run = turn.run {
            return try await follow(run, of: turn, simulation, in: conversation, approval: approval)
        }
        var place = conversation
        while true {
            let receipt: SpokenReceipt
            do {
                if let place {
                    receipt = try await say(
                        PostMessage(content: prompt), AgentAPI.postMessage, to: place.description, turn: turn.number, simulation)
                } else {
                    let (title, key) = beginning(turn.member, simulation)
                    receipt = try await say(
                        BeginConversation(title: title, content: prompt, conversationKey: key), AgentAPI.beginConversation,
                        to: turn.member.agentID.description, turn: turn.number, simulation)
                }
            } catch let problem as Problem where place == nil && Self.takesTwoSteps(problem) {
                place = try await begin(turn.member, of: simulation)
                continue
            } catch let problem as Problem where problem.code == .idempotencyKeyReused {
                // Another version asked for this turn in other words.
                guard let place, let run = try? await latestRuns(1, in: place, simulation).first else { throw .passing(problem) }
                return try await follow(run.id, of: turn, simulation, in: place, approval: approval)
            } catch { throw Self.failure(error, of: turn.member) }
            let run = receipt.run
            switch run.status {
            // It takes longer than one request may wait; the same request joins it. A service that shuts down does not wait at all.
            case .queued, .running: try? await loop.sleep(for: Self.pause)
            case .awaitingApproval: return try await follow(run.id, of: turn, simulation, in: run.conversationID, approval: approval)
            default: return try await spoken(run, receipt.reply?.content, in: turn, of: simulation, in: run.conversationID)
            }
        }
    }

    /// Says something in a turn, and waits for what comes of it.
    private func say<Request>(
        _ request: Request, _ endpoint: Endpoint<Request, MessageReceipt>, to id: String, turn: Int, _ simulation: SimulationRecord
    ) async throws -> SpokenReceipt {
        try await service.call(
            endpoint, request, parameters: ["id": id], as: .delegated(simulation.person), from: origin(simulation),
            idempotencyKey: "\(simulation.id)/turns/\(turn)", waiting: Self.longestWait,
            preferring: simulation.plan.canAsk == true ? AgentAPI.askPreference : nil, reading: SpokenReceipt.self)
    }

    /// Whether a conversation cannot be begun with its first message: it is there already, or the agent service is of the version before.
    private static func takesTwoSteps(_ problem: Problem) -> Bool {
        problem.code == .conflict || problem.code == .notFound || problem.code == .idempotencyKeyReused
    }

    /// Follows a run that asks its person to its end.
    private func follow(
        _ run: RunID, of turn: OpenTurn, _ simulation: SimulationRecord, in place: ConversationID, approval: (RunApproval) -> Void
    ) async throws(TurnFailure) -> Spoken {
        let (identity, origin) = (CallIdentity.delegated(simulation.person), origin(simulation))
        let parameters = ["id": run.description]
        let ended: RunSketch
        var reply: String?
        do {
            let events = try await service.events(
                AgentAPI.listRunEvents, RunEventQuery(), parameters: parameters, as: identity, from: origin)
            defer { events.cancel() }
            while let event = try await events.next() {
                switch try JSONCodec.decode(RunEvent.self, from: event, unknownFields: .ignored) {
                case .approvalRequested(let requested):
                    approval(RunApproval(conversationID: place, runID: run, step: .requested(requested)))
                case .approvalDecided(let decided): approval(RunApproval(conversationID: place, runID: run, step: .decided(decided)))
                case .messageCompleted(let completed): reply = completed.message.content
                default: break
                }
            }
            ended = try await service.call(
                AgentAPI.getRun, NoContent(), parameters: parameters, as: identity, from: origin, reading: RunSketch.self)
        } catch { throw Self.failure(error, of: turn.member) }
        // The stream may have ended before the run.
        if ended.status == .completed, reply == nil {
            throw .passing(Problem(.unavailable, detail: "The events of the run of \(turn.member.name) broke off."))
        }
        return try await spoken(ended, reply, in: turn, of: simulation, in: place)
    }

    private func spoken(
        _ run: RunSketch, _ reply: String?, in turn: OpenTurn, of simulation: SimulationRecord, in place: ConversationID
    ) async throws(TurnFailure) -> Spoken {
        let member = turn.member
        var run = run
        if turn.hasLostRuns, run.status.isFinal {
            do {
                for lost in try await runs(after: turn.lastRun, in: place, simulation) where lost.id != run.id {
                    if let used = lost.usage { run.usage = (run.usage ?? TokenUsage()) + used }
                }
            } catch { throw Self.failure(error, of: member) }
        }
        switch run.status {
        case .completed: return Spoken(content: reply ?? "", conversationID: place, runID: run.id, usage: run.usage)
        case .failed: throw Self.failure(of: run)
        case .cancelled: throw .failed(Problem(.conflict, detail: "The run of \(member.name) was cancelled."), run.failed)
        case .queued, .running, .awaitingApproval, .unknown:
            throw .passing(Problem(.badGateway, detail: "The run of \(member.name) has a status that is not expected here."))
        }
    }

    package func usage(of lost: [LostRuns], in simulation: SimulationRecord) async -> TokenUsage {
        var usage = TokenUsage()
        try? await loop.withTimeout(Self.longestCount) {
            for lost in lost {
                let place: ConversationID
                if let known = lost.conversation { place = known } else { place = try await self.begin(lost.member, of: simulation) }
                for run in try await self.runs(after: lost.lastRun, in: place, simulation) { usage = usage + (run.usage ?? TokenUsage()) }
            }
        }
        return usage
    }

    /// A member's runs after one, of a page of them.
    private func runs(
        after last: RunID?, in place: ConversationID, _ simulation: SimulationRecord
    ) async throws -> ArraySlice<RunSketch> {
        try await latestRuns(100, in: place, simulation).prefix { $0.id != last }
    }

    /// The conversation that a member has with its agent: the same, however often it is asked for.
    private func begin(_ member: CrewMember, of simulation: SimulationRecord) async throws(TurnFailure) -> ConversationID {
        let (title, key) = beginning(member, simulation)
        do {
            return try await service.call(
                AgentAPI.createConversation, CreateConversation(agentID: member.agentID, title: title),
                as: .delegated(simulation.person), from: origin(simulation), idempotencyKey: key, reading: ConversationSketch.self
            ).id
        } catch let problem as Problem where problem.code == .validationFailed {
            throw .hopeless(Problem(.conflict, detail: "The agent of \(member.name) was deleted, or is not shared with you."))
        } catch { throw Self.failure(error, of: member) }
    }

    private func beginning(_ member: CrewMember, _ simulation: SimulationRecord) -> (title: String, key: String) {
        let place = simulation.plan.members.firstIndex { $0.name == member.name } ?? 0
        let title = "\(simulation.plan.scenario): \(member.name)"
        return (String(String.UnicodeScalarView(title.unicodeScalars.prefix(200))), "\(simulation.id)/members/\(place)")
    }

    package func stop(_ turn: OpenTurn, of simulation: SimulationRecord, in conversation: ConversationID?) async {
        var place = conversation
        // The one who asked for the turn may be gone before it could say where; the key leads to the same conversation.
        if place == nil { place = try? await begin(turn.member, of: simulation) }
        guard let conversation = place else { return }
        guard let run = try? await latestRuns(1, in: conversation, simulation).first, !run.status.isFinal else { return }
        _ = try? await service.call(
            AgentAPI.cancelRun, NoContent(), parameters: ["id": run.id.description], as: .delegated(simulation.person),
            from: origin(simulation), timeout: .seconds(5), reading: RunSketch.self)
    }

    private func latestRuns(_ limit: Int, in conversation: ConversationID, _ simulation: SimulationRecord) async throws -> [RunSketch] {
        try await service.call(
            AgentAPI.listRuns, PageQuery(limit: limit), parameters: ["id": conversation.description], as: .delegated(simulation.person),
            from: origin(simulation), timeout: .seconds(5), reading: Page<RunSketch>.self
        ).data
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
            .internalError, .expiredToken, .invalidToken, .quotaExceeded:
            return .passing(problem)
        case .notFound: return .hopeless(Problem(.conflict, detail: "The conversation of \(member.name) was deleted."))
        case .conflict:
            return .hopeless(Problem(.conflict, detail: "The agent of \(member.name) was deleted, or is not shared with you any more."))
        // Not `delegation_refused`: who logs in anew can go on.
        case .permissionDenied, .userSuspended: return .hopeless(problem)
        default: return .failed(problem)
        }
    }

    /// What the failure of a run means for the turn.
    private static func failure(of run: RunSketch) -> TurnFailure {
        let problem = run.problem ?? Problem(.internalError)
        return problem.code == .userSuspended ? .hopeless(problem, run.failed) : .failed(problem, run.failed)
    }
}
