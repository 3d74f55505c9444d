package import EventLoop
internal import HTTPMessage
internal import HTTPServer
internal import JSON
package import Journal
package import PostgresClient
internal import ServiceClients
package import ServiceKit
internal import WireProtocol

/// Translates between requests and `SimulationService`.
package struct SimulationHandlers {
    private let loop: EventLoop
    private let simulations: SimulationService
    private let viewer: JournalViewer
    private let database: PostgresClient
    private let idempotency = IdempotencyStore(schema: "simulation")

    /// How long `complete` waits for the summary.
    private static let longestWait = Duration.seconds(30)

    package init(loop: EventLoop, simulations: SimulationService, viewer: JournalViewer, database: PostgresClient) {
        self.loop = loop
        self.simulations = simulations
        self.viewer = viewer
        self.database = database
    }

    /// Mounts the endpoints of simulations.
    package func mount(on routes: ServiceRoutes) {
        routes.on(SimulationAPI.createSimulation, create)
        routes.on(SimulationAPI.listSimulations, list)
        routes.on(SimulationAPI.getSimulation, get)
        routes.on(SimulationAPI.updateSimulation, update)
        routes.on(SimulationAPI.deleteSimulation, delete)
        routes.on(SimulationAPI.chatInSimulation, chat)
        routes.on(SimulationAPI.listSimulationEvents, events)
        routes.on(SimulationAPI.pauseSimulation) { try await ask(.pause, $0, $1) }
        routes.on(SimulationAPI.resumeSimulation) { try await ask(.resume, $0, $1) }
        routes.on(SimulationAPI.completeSimulation, complete)
        routes.on(SimulationAPI.cancelSimulation, cancel)
    }

    private func create(_ request: CreateSimulation, _ context: RequestContext) async throws -> Reply<Simulation> {
        let person = try context.person()
        // An answer that was given stands, whatever has become of scenario, crew and agents since.
        if let key = context.idempotency, let recorded: Reply<Simulation> = try await idempotency.recorded(key, database, person) {
            return recorded
        }
        let draft = try await simulations.draft(
            request, of: person, scopes: context.principal?.scopes ?? [], token: context.bearerToken ?? "", from: CallOrigin(context))
        do {
            let insertion = try simulations.insertion(of: draft)
            let reply = try await idempotency.answer(
                context, in: database, as: person,
                .json(
                    draft.simulation,
                    fields: [.etag: draft.simulation.entityTag, .location: "/api/v1/simulations/\(draft.simulation.id)"]),
                effect: insertion.effect, consequences: insertion.opening)
            guard let reply else { throw simulations.tooMany }
            // Another request with the key may have come first.
            if reply.fields["idempotent-replayed"] == nil { simulations.begun(draft) } else { simulations.notBegun(draft) }
            return reply
        } catch {
            simulations.notBegun(draft)
            throw error
        }
    }

    private func list(_ query: SimulationQuery, _ context: RequestContext) async throws -> Reply<Page<Simulation>> {
        let page = try await simulations.list(query, for: try context.person())
        return .json(page, fields: PageLink.fields(context, next: page.nextCursor))
    }

    private func get(_: NoContent, _ context: RequestContext) async throws -> Reply<Simulation> {
        let simulation = try await simulations.find(try context.id(), for: try context.person())
        return .json(simulation, fields: [.etag: simulation.entityTag])
    }

    private func update(_ patch: UpdateSimulation, _ context: RequestContext) async throws -> Reply<Simulation> {
        let id: SimulationID = try context.id()
        let condition = try context.ifMatch()
        let simulation = try await simulations.update(id, patch, ifMatch: condition, by: try context.person())
        return .json(simulation, fields: [.etag: simulation.entityTag])
    }

    private func delete(_: NoContent, _ context: RequestContext) async throws -> Reply<NoContent> {
        try await simulations.delete(try context.id(), by: try context.person())
        return .empty
    }

    // MARK: Taking part

    /// Says something: 202 with where to read on, or the events that follow until it was heard and the crew waits for people again. Asked again with
    /// the same key, it goes on after `Last-Event-ID`.
    private func chat(_ request: SimulationChat, _ context: RequestContext) async throws -> Reply<ChatReceipt> {
        let (person, id): (_, SimulationID) = (try context.person(), try context.id())
        let shown = try JournalViewer.start(nil, context)
        let reply: Reply<ChatReceipt> = try await idempotency.answer(context, in: database, as: person) { transaction in
            .json(try await simulations.say(request.content, in: id, as: person, in: transaction))
        }
        simulations.said(in: id)
        guard context.acceptsEvents, let receipt = Self.receipt(reply) else { return reply }
        let simulation = try await simulations.find(id, for: person)
        let follower = viewer.follow(
            id.journalID, in: person.organization, after: receipt.after,
            isOver: simulation.status.isFinal && receipt.after >= simulation.lastEvent)
        // What was so when it was heard.
        var heard: (standsStill: Bool, lastEvent: Int)?
        return follower.reply(reply.fields, after: shown) { event in
            let content = try SimulationEvent(stored: event.data)
            if case .personSpoke(let spoke) = content, spoke.ordinal == receipt.ordinal {
                // As it is now: it may have been paused since this was said.
                guard let simulation = try? await simulations.find(id, for: person) else { return true }
                // Nobody answers in one that is paused, or while its owner has to decide.
                heard = (simulation.status == .paused || simulation.status == .awaitingApproval, simulation.lastEvent)
            }
            guard let heard else { return false }
            return content.tag == .waiting || content.tag == .paused || content.tag == .approvalRequested
                || heard.standsStill && event.sequence >= heard.lastEvent
        }
    }

    private static func receipt(_ reply: Reply<ChatReceipt>) -> ChatReceipt? {
        switch reply.content {
        case .json(let receipt): receipt
        case .encoded(let bytes): try? JSONCodec.decode(ChatReceipt.self, from: bytes, unknownFields: .ignored)
        case .bytes, .stream, .none: nil
        }
    }

    private func ask(_ kind: PersonInput.Kind, _: NoContent, _ context: RequestContext) async throws -> Reply<Simulation> {
        let (person, id): (_, SimulationID) = (try context.person(), try context.id())
        let reply: Reply<Simulation> = try await idempotency.answer(context, in: database, as: person) { transaction in
            .json(try await simulations.ask(kind, of: id, as: person, in: transaction))
        }
        simulations.said(in: id)
        return reply
    }

    /// Ends it, and waits for the summary; should that take too long it is 202.
    private func complete(_: NoContent, _ context: RequestContext) async throws -> Reply<Simulation> {
        let person = try context.person()
        let simulation = try await simulations.complete(try context.id(), as: person)
        if simulation.status.isFinal { return .json(simulation) }
        var follower = viewer.follow(simulation.id.journalID, in: person.organization, after: simulation.lastEvent)
        let deadline = loop.preciseNow + Self.longestWait
        while !follower.isOver, loop.preciseNow < deadline { _ = try await follower.next(atMost: deadline - loop.preciseNow) }
        let ended = try await simulations.find(simulation.id, for: person)
        return .json(ended, status: ended.status.isFinal ? .ok : .accepted)
    }

    private func cancel(_: NoContent, _ context: RequestContext) async throws -> Reply<Simulation> {
        .json(try await simulations.cancel(try context.id(), as: try context.person()))
    }

    /// The events after a number: those that there are, or as they come.
    private func events(_ query: SimulationEventQuery, _ context: RequestContext) async throws -> Reply<SimulationEventList> {
        let person = try context.person()
        let simulation = try await simulations.find(try context.id(), for: person)
        let after = try JournalViewer.start(query.after, context)
        guard after <= simulation.lastEvent else {
            throw Problem(.eventNotYet, detail: "The latest event of the simulation is \(simulation.lastEvent).")
        }
        var follower = viewer.follow(
            simulation.id.journalID, in: person.organization, after: after,
            isOver: simulation.status.isFinal && after >= simulation.lastEvent)
        if context.acceptsEvents { return follower.reply() }
        let (events, hasMore) = try await follower.list(atMost: query.limit ?? 1000) {
            NumberedSimulationEvent(sequence: $0.sequence, event: try SimulationEvent(stored: $0.data))
        }
        return .json(SimulationEventList(data: events, hasMore: hasMore))
    }
}
