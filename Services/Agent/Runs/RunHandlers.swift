package import EventLoop
internal import HTTPMessage
internal import HTTPServer
internal import JSON
package import Journal
package import ServiceKit
internal import Telemetry
package import WireProtocol

/// Translates between HTTP and the rules of runs.
package struct RunHandlers {
    private let loop: EventLoop
    private let runs: RunService
    private let conversations: ConversationService
    private let viewer: JournalViewer

    package init(loop: EventLoop, runs: RunService, conversations: ConversationService, viewer: JournalViewer) {
        self.loop = loop
        self.runs = runs
        self.conversations = conversations
        self.viewer = viewer
    }

    // MARK: Messages

    /// Says something: 202, or the reply if it comes in time, or the events of the run.
    package func post(_ request: PostMessage, _ context: RequestContext) async throws -> Reply<MessageReceipt> {
        try await post(request.content, in: try context.id(), as: try context.person(), context)
    }

    /// The same, in a conversation that begins with it.
    package func begin(_ request: BeginConversation, _ context: RequestContext) async throws -> Reply<MessageReceipt> {
        let person = try context.person()
        if let key = request.conversationKey, key == context.idempotency?.key || !IdempotentRequest.isKey(key) {
            let objection = key == context.idempotency?.key ? "is the key of this request" : "must be \(IdempotentRequest.keyForm)"
            throw Problem(.validationFailed, errors: [FieldError(pointer: "/conversation_key", detail: objection)])
        }
        let wanted = CreateConversation(agentID: try context.id(), title: request.title)
        var creation = HTTPRequest(method: .post, target: "/api/v1/conversations")
        if let key = request.conversationKey { creation.fields.append("idempotency-key", key) }
        let beginning = ConversationBeginning(
            conversation: conversations.draft(wanted, of: person),
            request: try IdempotentRequest(creation, body: JSONCodec.encode(wanted)))
        return try await post(request.content, in: beginning.conversation.id, beginning: beginning, as: person, context)
    }

    private func post(
        _ content: String, in conversation: ConversationID, beginning: ConversationBeginning? = nil, as person: Principal.Person,
        _ context: RequestContext
    ) async throws -> Reply<MessageReceipt> {
        let preferences = HTTPPreferences(context.request.fields)
        let (receipt, isReplayed) = try await runs.post(
            content, in: conversation, beginning: beginning, as: person, scopes: context.principal?.scopes ?? [],
            canAsk: context.principal?.isService != true || preferences.names.contains(AgentAPI.askPreference),
            origin: RunOrigin(requestID: context.requestID.description, traceParent: context.trace.traceparent),
            idempotency: context.idempotency)
        var fields: HTTPFields = [:]
        fields.append(.location, "/api/v1/runs/\(receipt.run.id)")
        if isReplayed { fields.append("idempotent-replayed", "true") }
        let follower = viewer.follow(receipt.run.id.journalID, in: person.organization)
        if context.acceptsEvents {
            guard isReplayed else { return follower.reply(fields) { Self.asksPerson($0) } }
            // Sent again, it goes on where the reader was; what was asked before is decided, or the latest event.
            let found = try await runs.get(receipt.run.id, as: person)
            return follower.reply(fields, after: try Self.start(nil, in: found, context)) {
                Self.asksPerson($0) && $0.sequence >= found.run.lastEvent
            }
        }
        guard let seconds = preferences.waitSeconds, seconds > 0 else {
            return .json(receipt, status: .accepted, fields: fields)
        }
        let wait = min(seconds, Self.longestWait)
        fields.append(.preferenceApplied, "wait=\(wait)")
        return try await reply(receipt, follower, .seconds(wait), person, fields)
    }

    private static let longestWait = 50

    /// Whoever said something has to say something again; what comes then is among the events of the run.
    private static func asksPerson(_ event: NumberedEvent) -> Bool { event.type == RunEvent.Tag.approvalRequested.rawValue }

    /// Waits until the run has ended, or waits for the person; when the time is over, or the database cannot be reached meanwhile, it is 202 after all.
    private func reply(
        _ receipt: MessageReceipt, _ follower: JournalFollower, _ wait: Duration, _ person: Principal.Person, _ fields: HTTPFields
    ) async throws -> Reply<MessageReceipt> {
        var (follower, receipt) = (follower, receipt)
        let deadline = loop.preciseNow + wait
        do {
            (receipt.run, receipt.reply) = try await runs.outcome(of: receipt.run, as: person) {
                while !follower.isOver, loop.preciseNow < deadline {
                    let events = try await follower.next(atMost: deadline - loop.preciseNow)
                    // A request that is sent again sees what was decided long ago.
                    if events.contains(where: Self.asksPerson),
                        try await runs.get(receipt.run.id, as: person).run.status == .awaitingApproval
                    {
                        break
                    }
                }
            }
        } catch  where ProblemAnswer.problem(for: error)?.code == .unavailable {
            // The message is accepted all the same.
        }
        return .json(receipt, status: receipt.run.status.isFinal ? .ok : .accepted, fields: fields)
    }

    // MARK: Runs

    /// One run.
    package func get(_ request: NoContent, _ context: RequestContext) async throws -> Reply<Run> {
        .json(try await runs.get(try context.id(), as: try context.person()).run)
    }

    /// The runs of a conversation.
    package func list(_ query: PageQuery, _ context: RequestContext) async throws -> Reply<Page<Run>> {
        let before = try query.cursor.map { try ListCursor.read($0) { RunID($0) } }
        let limit = query.effectiveLimit
        let found = try await runs.list(try context.id(), before: before, limit: limit + 1, as: try context.person())
        let page = Page(found, limit: limit) { $0.id.description }
        return .json(page, fields: PageLink.fields(context, next: page.nextCursor))
    }

    /// Stops a run.
    package func cancel(_ request: NoContent, _ context: RequestContext) async throws -> Reply<Run> {
        .json(try await runs.cancel(try context.id(), as: try context.person()))
    }

    /// The events of a run after a number: those that there are, or as they come.
    package func events(_ query: RunEventQuery, _ context: RequestContext) async throws -> Reply<RunEventList> {
        let person = try context.person()
        let found = try await runs.get(try context.id(), as: person)
        let after = try Self.start(query.after, in: found, context)
        let isOver = found.run.status.isFinal && after >= found.run.lastEvent
        var follower = viewer.follow(found.run.id.journalID, in: person.organization, after: after, isOver: isOver)
        if context.acceptsEvents { return follower.reply() }
        let (events, hasMore) = try await follower.list(atMost: query.limit ?? 1000) {
            NumberedRunEvent(sequence: $0.sequence, event: try RunEvent(stored: $0.data))
        }
        return .json(RunEventList(data: events, hasMore: hasMore))
    }

    /// After which event of a run a request wants to go on; a problem when there is no such event yet.
    private static func start(_ after: Int?, in found: RunStore.Found, _ context: RequestContext) throws -> Int {
        let after = try JournalViewer.start(after, context)
        guard after <= found.shownLimit else {
            throw Problem(.eventNotYet, detail: "The latest event of the run is \(found.run.lastEvent).")
        }
        return after
    }
}
