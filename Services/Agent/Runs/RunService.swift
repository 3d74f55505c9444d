internal import EventLoop
internal import HTTPMessage
internal import Journal
internal import PostgresClient
package import ServiceKit
package import WireProtocol

/// The rules of runs: who may start one, read it, cancel it.
package final class RunService {
    private let world: EngineWorld
    private let store: RunStore
    private let engine: RunEngine
    private let destinations: KnownDestinations
    private let allowances: RunAllowances
    private let requests = IdempotencyStore(schema: "agent")

    /// - Parameter runsPerPerson: How many runs that have not ended a person may have.
    package init(
        _ world: EngineWorld, store: RunStore, engine: RunEngine, destinations: KnownDestinations, runsPerPerson: Int
    ) {
        self.world = world
        self.store = store
        self.engine = engine
        self.destinations = destinations
        allowances = RunAllowances(store, limit: runsPerPerson)
    }

    /// Says something in a conversation, which starts a run. The receipt is the recorded one when the request was sent before.
    ///
    /// - Parameters:
    ///   - beginning: The conversation, when it begins with this; a problem 404 when its agent may not be used, 409 when it was begun before.
    ///   - canAsk: Whether the person can be asked while the run goes on.
    package func post(
        _ content: String, in conversation: ConversationID, beginning: ConversationBeginning? = nil, as person: Principal.Person,
        scopes: Set<String>, canAsk: Bool, origin: RunOrigin, idempotency: IdempotentRequest?
    ) async throws -> (receipt: MessageReceipt, isReplayed: Bool) {
        do {
            let receipt = try await begin(
                content, in: conversation, beginning: beginning, as: person, scopes: scopes, canAsk: canAsk, origin: origin,
                idempotency: idempotency)
            return (receipt, false)
        } catch let refusal where refusal is AcceptanceRefused || refusal is Problem {
            // Whatever stands against it now: what was answered before is answered again.
            if let receipt = try await replay(idempotency, person) { return (receipt, true) }
            // Any other reason stands whether or not the conversation was begun before.
            if [nil, .conflict, .notFound].contains((refusal as? Problem)?.code), let earlier = beginning?.request,
                let _: Reply<Conversation> = try await requests.recorded(earlier, store.database, person)
            {
                throw Problem(.conflict, detail: "A conversation was begun under this conversation_key before.")
            }
            throw refusal
        }
    }

    private func begin(
        _ content: String, in conversation: ConversationID, beginning: ConversationBeginning?, as person: Principal.Person,
        scopes: Set<String>, canAsk: Bool, origin: RunOrigin, idempotency: IdempotentRequest?
    ) async throws -> MessageReceipt {
        try await allowances.take(for: person)
        var tried = destinations.find(conversation, of: person.user)
        while true {
            if let tried {
                let receipt = try await begin(
                    content, in: conversation, beginning: beginning, at: tried, as: person, scopes: scopes, canAsk: canAsk,
                    origin: origin, idempotency: idempotency)
                if let receipt { return receipt }
            }
            guard let current = try await store.destination(conversation, beginningWith: beginning?.conversation.agentID, for: person)
            else { throw Problem(.notFound) }
            if current == tried { throw Problem(beginning == nil ? .conversationBusy : .conflict) }
            tried = current
        }
    }

    /// nil: the journal did not take the message; the destination may be another by now.
    private func begin(
        _ content: String, in conversation: ConversationID, beginning: ConversationBeginning?, at destination: RunStore.Destination,
        as person: Principal.Person, scopes: Set<String>, canAsk: Bool, origin: RunOrigin, idempotency: IdempotentRequest?
    ) async throws -> MessageReceipt? {
        if destination.isAgentDeleted { throw Problem(.conflict, detail: "The agent of this conversation was deleted.") }
        if destination.isAgentWithdrawn {
            throw Problem(.conflict, detail: "The agent of this conversation is not shared with you any more.")
        }
        guard let model = world.models.resolve(destination.settings.model) else { throw Problem(.modelNotConfigured) }
        let run = RunID(world.loop.makeID())
        let acceptance = RunAcceptance(
            runID: run, conversationID: conversation, beginning: beginning, agentID: destination.agentID,
            agentVersion: destination.settings.version, messageID: MessageID(world.loop.makeID()), content: content,
            person: DelegationSubject(
                userID: person.user, organizationID: person.organization, sessionID: person.session, scopes: scopes.sorted()),
            origin: origin, canAsk: canAsk, createdAt: Timestamp(microseconds: world.loop.wallClock),
            holder: engine.worker.beginArrival(of: run.journalID), model: model, idempotency: idempotency)
        guard let receipt = try await accept(acceptance, destination.settings, person) else { return nil }
        destinations.accepted(conversation, of: person.user, at: destination)
        return receipt
    }

    /// Commits the message and its run; nil: the journal did not take them.
    private func accept(
        _ acceptance: RunAcceptance, _ agent: AgentSettings, _ person: Principal.Person
    ) async throws -> MessageReceipt? {
        let outcome: AcceptanceOutcome
        do { outcome = try await world.runs.accept(acceptance) } catch {
            engine.worker.notAccepted(acceptance.runID.journalID)
            switch error {
            case .refused(let reason): throw AcceptanceRefused(reason: reason)
            case .unavailable, .outcomeUnknown: throw Problem(.unavailable, detail: "The database cannot be reached.")
            }
        }
        guard case .accepted(let ordinal, let expectsSession) = outcome else {
            engine.worker.notAccepted(acceptance.runID.journalID)
            return nil
        }
        let message = Message(
            id: acceptance.messageID, conversationID: acceptance.conversationID, ordinal: ordinal, role: .user, content: acceptance.content,
            runID: acceptance.runID, createdAt: acceptance.createdAt)
        let record = RunRecord(
            runID: acceptance.runID, conversationID: acceptance.conversationID, agentID: acceptance.agentID, messageOrdinal: ordinal,
            expectsSession: expectsSession, person: acceptance.person, canAsk: acceptance.canAsk, agent: agent,
            origin: acceptance.origin)
        engine.accepted(record, acceptance, message) { [allowances] in allowances.giveBack(to: person.user) }
        return .accepted(message, run: acceptance.runID, agent: acceptance.agentID)
    }

    private func replay(_ request: IdempotentRequest?, _ person: Principal.Person) async throws -> MessageReceipt? {
        guard let request, let recorded: Reply<NoContent> = try await requests.recorded(request, store.database, person) else { return nil }
        guard let run = recorded.fields[.location]?.split(separator: "/").last.flatMap({ RunID(String($0)) }),
            let receipt = try await store.receipt(of: run, for: person)
        else { throw Problem(.notFound) }
        return receipt
    }

    /// The person's run.
    package func get(_ run: RunID, as person: Principal.Person) async throws -> RunStore.Found {
        guard let found = try await store.find(run, for: person) else { throw Problem(.notFound) }
        return found
    }

    /// The runs of a conversation, newest first.
    package func list(_ conversation: ConversationID, before: RunID?, limit: Int, as person: Principal.Person) async throws -> [Run] {
        guard let runs = try await store.list(conversation, before: before, limit: limit, for: person) else { throw Problem(.notFound) }
        return runs
    }

    /// Waits by `wait`, and returns the run as it is then, and the message with which it ended, if it has.
    func outcome(
        of run: Run, as person: Principal.Person, waiting wait: () async throws -> Void
    ) async throws -> (run: Run, reply: Message?) {
        world.outcomes.expect(run.id)
        do { try await wait() } catch {
            _ = world.outcomes.take(run.id)
            throw error
        }
        if let outcome = world.outcomes.take(run.id) { return (outcome.applied(to: run), outcome.ending.reply) }
        return try await outcome(of: run.id, as: person)
    }

    /// The run, and the message with which it ended, if it has.
    package func outcome(of run: RunID, as person: Principal.Person) async throws -> (run: Run, reply: Message?) {
        guard let outcome = try await store.outcome(of: run, for: person) else { throw Problem(.notFound) }
        return outcome
    }

    /// Asks for a run to be cancelled; whoever holds it does it.
    package func cancel(_ run: RunID, as person: Principal.Person) async throws -> Run {
        let found = try await get(run, as: person)
        if found.run.status.isFinal { return found.run }
        do { _ = try await world.journal.requestCancellation(of: run.journalID, in: person.organization) } catch {
            throw Problem(.unavailable, detail: "The database cannot be reached.")
        }
        engine.worker.cancel(run.journalID)
        world.wake.send(.cancelRequested(run.journalID))
        return try await get(run, as: person).run
    }
}

/// The database refused what nobody foresaw.
struct AcceptanceRefused: Error {
    let reason: String
}
