internal import HTTPMessage
package import PostgresClient
package import ServiceKit
internal import WireProtocol

/// Translates between requests and `ConversationService`.
package struct ConversationHandlers {
    private let conversations: ConversationService
    private let database: PostgresClient
    private let idempotency = IdempotencyStore(schema: "agent")

    package init(conversations: ConversationService, database: PostgresClient) {
        self.conversations = conversations
        self.database = database
    }

    /// Mounts the endpoints of conversations and what they hold.
    package func mount(on routes: ServiceRoutes) {
        routes.on(AgentAPI.createConversation, create)
        routes.on(AgentAPI.listConversations, list)
        routes.on(AgentAPI.getConversation, get)
        routes.on(AgentAPI.updateConversation, update)
        routes.on(AgentAPI.deleteConversation, delete)
        routes.on(AgentAPI.listMessages, messages)
        routes.on(AgentAPI.listArtifacts, artifacts)
    }

    private func create(_ request: CreateConversation, _ context: RequestContext) async throws -> Reply<Conversation> {
        let person = try context.person()
        let draft = conversations.draft(request, of: person)
        let answer = try await idempotency.answer(
            context, in: database, as: person, .json(draft, fields: try draft.creationFields),
            effect: conversations.insertion(of: draft, of: person))
        guard let answer else {
            throw Problem(.validationFailed, errors: [FieldError(pointer: "/agent_id", detail: "names no agent that you may use")])
        }
        return answer
    }

    private func list(_ query: ConversationQuery, _ context: RequestContext) async throws -> Reply<Page<Conversation>> {
        let page = try await conversations.list(query, of: try context.person())
        return .json(page, fields: PageLink.fields(context, next: page.nextCursor))
    }

    private func get(_: NoContent, _ context: RequestContext) async throws -> Reply<Conversation> {
        let conversation = try await conversations.find(try context.id(), of: try context.person())
        return .json(conversation, fields: [.etag: try conversation.entityTag])
    }

    private func update(_ patch: UpdateConversation, _ context: RequestContext) async throws -> Reply<Conversation> {
        let condition = try context.ifMatch(isDemanded: false)
        let conversation = try await conversations.update(try context.id(), patch, ifMatch: condition, of: try context.person())
        return .json(conversation, fields: [.etag: try conversation.entityTag])
    }

    private func delete(_: NoContent, _ context: RequestContext) async throws -> Reply<NoContent> {
        try await conversations.delete(try context.id(), of: try context.person())
        return .empty
    }

    private func messages(_ query: MessageQuery, _ context: RequestContext) async throws -> Reply<Page<Message>> {
        let page = try await conversations.messages(of: try context.id(), query, of: try context.person())
        return .json(page, fields: PageLink.fields(context, next: page.nextCursor))
    }

    private func artifacts(_ query: PageQuery, _ context: RequestContext) async throws -> Reply<Page<Artifact>> {
        let page = try await conversations.artifacts(of: try context.id(), query, of: try context.person())
        return .json(page, fields: PageLink.fields(context, next: page.nextCursor))
    }
}
