package import EventLoop
internal import HTTPMessage
internal import JSON
package import PostgresClient
package import ServiceKit
package import WireProtocol

/// What may be done with conversations, and how; what is said in them is the business of runs. It knows no HTTP.
package final class ConversationService {
    private let loop: EventLoop
    private let database: PostgresClient
    private let window: ConversationWindow
    private let destinations: KnownDestinations
    private let store = ConversationStore()
    private let contents = MessageStore()

    package init(loop: EventLoop, database: PostgresClient, window: ConversationWindow, destinations: KnownDestinations) {
        self.loop = loop
        self.database = database
        self.window = window
        self.destinations = destinations
    }

    /// A conversation that is to begin.
    func draft(_ wanted: CreateConversation, of person: Principal.Person) -> Conversation {
        let now = Timestamp(microseconds: loop.wallClock)
        let conversation = Conversation(
            id: ConversationID(loop.makeID()), agentID: wanted.agentID, title: wanted.title, messageCount: 0, createdAt: now, updatedAt: now
        )
        destinations.began(conversation.id, of: person.user, with: wanted.agentID)
        return conversation
    }

    /// The statement that begins it; it returns no row when there is no such agent that the person may see.
    func insertion(of draft: Conversation, of person: Principal.Person) -> PostgresQuery { store.insertion(of: draft, of: person) }

    /// A person's conversation; a problem 404 when there is none.
    package func find(_ id: ConversationID, of person: Principal.Person) async throws -> Conversation {
        guard let conversation = try await store.find(id, of: person, in: database.as(person)) else { throw Problem(.notFound) }
        return conversation
    }

    /// A page of a person's conversations, the one with the latest message first.
    func list(_ query: ConversationQuery, of person: Principal.Person) async throws -> Page<Conversation> {
        let limit = query.effectiveLimit
        let place = try query.cursor.map {
            try ListCursor.read($0) { ListCursor.split($0, { Int64($0).map(Timestamp.init(microseconds:)) }, ConversationID.init) }
        }
        let conversations = try await store.list(
            of: person, with: query.agentID, after: place.map { (updatedAt: $0.0, id: $0.1) }, limit: limit + 1, in: database.as(person))
        return Page(conversations, limit: limit) { ListCursor.join($0.updatedAt.microseconds, $0.id) }
    }

    /// Changes a person's conversation, if it is still as the caller saw it; a problem 404 when there is none.
    func update(
        _ id: ConversationID, _ patch: UpdateConversation, ifMatch precondition: EntityTagCondition, of person: Principal.Person
    ) async throws -> Conversation {
        try await database.as(person).transaction { transaction in
            guard var conversation = try await store.find(id, of: person, locked: true, in: transaction) else { throw Problem(.notFound) }
            guard precondition.holds(for: try conversation.entityTag) else { throw Problem(.preconditionFailed) }
            conversation.title = patch.title.applied(to: conversation.title)
            try await store.update(conversation, in: transaction)
            return conversation
        }
    }

    /// Removes a conversation and all that belongs to it; a problem 404 when there is none, 409 while a run is in progress.
    func delete(_ id: ConversationID, of person: Principal.Person) async throws {
        try await database.as(person).transaction { transaction in
            guard let isBusy = try await store.lock(id, of: person, in: transaction) else { throw Problem(.notFound) }
            if isBusy { throw Problem(.conversationBusy) }
            try await store.delete(id, in: transaction)
        }
        await window.drop(id, in: person.organization)
    }

    /// A page of what was said.
    func messages(of id: ConversationID, _ query: MessageQuery, of person: Principal.Person) async throws -> Page<Message> {
        let limit = query.effectiveLimit
        let place = try query.cursor.map { try ListCursor.read($0) { Int($0) } }
        _ = try await find(id, of: person)
        let messages = try await contents.messages(
            of: id, latestFirst: query.order == .desc, after: place, limit: limit + 1, in: database.as(person))
        return Page(messages, limit: limit) { String($0.ordinal) }
    }

    /// A page of the files that its runs saved, newest first.
    func artifacts(of id: ConversationID, _ query: PageQuery, of person: Principal.Person) async throws -> Page<Artifact> {
        let place = try query.cursor.map { try ListCursor.read($0) { ListCursor.split($0, RunID.init, { Int($0) }) } }
        _ = try await find(id, of: person)
        let artifacts = try await contents.artifacts(
            of: id, after: place.map { (run: $0.0, sequence: $0.1) }, limit: query.effectiveLimit + 1, in: database.as(person))
        let page = artifacts.prefix(query.effectiveLimit)
        let next = artifacts.count > page.count ? page.last.map { ListCursor.join($0.artifact.runID, $0.sequence) } : nil
        return Page(data: page.map(\.artifact), nextCursor: next)
    }
}

extension Conversation {
    /// Of its title, which is all that can be changed.
    var entityTag: String { get throws { try EntityTag.digest(of: UpdateConversation(title: title.map(Patch.value) ?? .null)) } }

    /// What is answered to who begins it, besides itself.
    var creationFields: HTTPFields { get throws { [.etag: try entityTag, .location: "/api/v1/conversations/\(id)"] } }
}
