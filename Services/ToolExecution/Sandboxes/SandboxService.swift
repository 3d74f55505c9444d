internal import EventLoop
internal import HTTPMessage
internal import JSON
internal import PostgresClient
internal import ServiceKit
internal import Telemetry
internal import WireProtocol

/// Makes, finds, uses and ends sandboxes: the rules, and the rows that tell of them.
final class SandboxService {
    private let loop: EventLoop
    private let database: PostgresClient
    private let host: SandboxHost
    private let lease: NodeLease
    private let policy: SandboxPolicy
    private let meter: UsageMeter
    private let installer: PackageInstaller
    private let log: Logger
    private let idempotency = IdempotencyStore(schema: "tool_execution")
    private var startingForConversations: [ConversationID: LoopTask<LiveSandbox>] = [:]

    init(
        loop: EventLoop, database: PostgresClient, host: SandboxHost, lease: NodeLease, policy: SandboxPolicy, meter: UsageMeter,
        installer: PackageInstaller, log: Logger
    ) {
        self.loop = loop
        self.database = database
        self.host = host
        self.lease = lease
        self.policy = policy
        self.meter = meter
        self.installer = installer
        self.log = log
        host.onEnd = { [weak self] sandbox, reason in self?.recordEnd(of: sandbox, reason) }
        lease.onLoss = { host.endAll(.lost) }
    }

    // MARK: A person's own

    /// Starts a sandbox with an interpreter in it.
    ///
    /// - Parameter isFinal: Whether it ends when its time is over, used or not.
    func create(_ request: CreateSandbox, isFinal: Bool = false, _ context: RequestContext) async throws -> Reply<Sandbox> {
        let person = try context.person()
        if let idempotency = context.idempotency,
            let recorded: Reply<Sandbox> = try await self.idempotency.recorded(idempotency, database, person)
        {
            return recorded
        }
        let language = request.language ?? .python
        let network = try await host.network(request.network, of: person.organization, pointer: "/network")
        try Self.check(metadata: request.metadata, environment: request.environment)
        let packages = try installer.requirements(request.packages)
        let (limits, plan) = (try policy.limits(request.limits), policy.plans[person.plan])
        try await meter.check(plan, of: person.organization)
        let sandbox = try await host.start(
            SandboxID(loop.makeID()), for: SandboxOwner(organization: person.organization, user: person.user), limits: limits,
            plan: plan, idleTimeout: .seconds(request.timeoutS ?? policy.idleSeconds), network: network,
            preparation: installer.rules(for: packages), language: language)
        sandbox.environment = request.environment ?? [:]
        sandbox.log.note("sandbox started")
        do {
            // However long it takes to be ready: it is not to be ended before its row is there.
            let reply = try await sandbox.using {
                var record = record(of: sandbox, language)
                record.template = request.template ?? .codeInterpreter
                record.metadata = request.metadata ?? [:]
                record.network = request.network
                record.network?.maxBytes = network?.maximumBytes
                if isFinal { record.endsAt = record.createdAt.advanced(by: .seconds(record.timeoutSeconds)) }
                if !packages.isEmpty {
                    // It counts against the quota from now on: pip takes its time.
                    try await register(record, of: sandbox)
                    try await installer.install(packages, in: sandbox, then: network)
                    record.usedAt = now
                }
                if request.template != .base { try await sandbox.process.startInterpreter(language.rawValue) }
                let described = record
                return try await makingRoom(for: described.owner) { [self] in
                    try await idempotency.answer(context, in: database, as: person) { transaction in
                        if packages.isEmpty { try await register(described, of: sandbox, in: transaction) }
                        return .json(
                            described.answer, fields: [.etag: try described.answer.entityTag, .location: "/api/v1/sandboxes/\(sandbox.id)"])
                    }
                }
            }
            checkEnd(of: sandbox)
            if isFinal { sandbox.deadline = loop.now + sandbox.idleTimeout }
            // An answer that was recorded meanwhile tells of another sandbox: this one is in no row.
            if reply.fields.contains("idempotent-replayed") { host.end(sandbox, .deleted) }
            return reply
        } catch {
            host.end(sandbox, .failed)
            throw error
        }
    }

    /// Changes how long a running sandbox lives, from now on, and what is said of it, if it is still as the caller saw it.
    func update(
        _ id: SandboxID, _ request: UpdateSandbox, ifMatch precondition: EntityTagCondition? = nil, of person: Principal.Person
    ) async throws -> Sandbox {
        let sandbox = try await running(id, of: person)
        let lifetime = request.timeoutS.map { Duration.seconds($0) }
        let endsAt = sandbox.deadline == nil ? nil : lifetime.map(now.advanced)
        try await database.as(person.organization).transaction { transaction in
            guard let record = try await SandboxStore.find(id, of: person.user, locked: true, in: transaction) else {
                throw Problem(.notFound)
            }
            if let precondition, !precondition.holds(for: try record.answer.entityTag) { throw Problem(.preconditionFailed) }
            let metadata = record.metadata.patched(by: request.metadata)
            try Self.check(metadata: metadata)
            try await SandboxStore.update(
                id, timeoutSeconds: request.timeoutS, endsAt: endsAt, metadata: metadata, now: now, in: transaction)
        }
        if let lifetime {
            sandbox.idleTimeout = lifetime
            if sandbox.deadline != nil { sandbox.deadline = loop.now + lifetime }
        }
        return try await get(id, of: person)
    }

    /// - Parameter isPaused: Only those that stand still, or only those that do not.
    func list(_ query: SandboxQuery, isPaused: Bool? = nil, of person: Principal.Person) async throws -> Page<Sandbox> {
        let wanted = try Self.pairs(query.metadata ?? [])
        let limit = query.effectiveLimit
        let before = try query.cursor.map { try ListCursor.read($0, SandboxID.init) }
        let records = try await SandboxStore.list(
            of: person.user, before: before, limit: limit + 1, isRunning: query.status.map { $0 == .running }, isPaused: isPaused,
            metadata: wanted,
            in: database.as(person.organization))
        return Page(records.map(\.answer), limit: limit) { $0.id.description }
    }

    private static func pairs(_ texts: [String]) throws -> [String: String] {
        var pairs: [String: String] = [:]
        for text in texts {
            guard let place = text.firstIndex(of: "=") else {
                throw Problem(.validationFailed, errors: [FieldError(pointer: "/metadata", detail: "is a name, = and a value")])
            }
            pairs[String(text[..<place])] = String(text[text.index(after: place)...])
        }
        return pairs
    }

    func get(_ id: SandboxID, of person: Principal.Person) async throws -> Sandbox { try await find(id, of: person).answer }

    private func find(_ id: SandboxID, of person: Principal.Person) async throws -> SandboxStore.Record {
        guard let record = try await SandboxStore.find(id, of: person.user, in: database.as(person.organization)) else {
            throw Problem(.notFound)
        }
        return record
    }

    /// Stops everything in a sandbox, or lets it go on.
    func setPaused(_ isPaused: Bool, _ sandbox: LiveSandbox) async throws {
        if isPaused { try await sandbox.process.pause() } else { try await sandbox.process.resume() }
        sandbox.isPaused = isPaused
        try await SandboxStore.setPaused(sandbox.id, isPaused, in: database.as(sandbox.owner.organization))
    }

    func delete(_ id: SandboxID, of person: Principal.Person) async throws {
        let record = try await find(id, of: person)
        if let sandbox = host[id] {
            await meter.count(sandbox)
            host.end(sandbox, .deleted)
        }
        if record.isRunning { try await SandboxStore.end(id, .deleted, now: now, in: database.as(person.organization)) }
    }

    /// The running sandbox, which counts as used now. Throws a problem 404, 409 when it has ended.
    func running(_ id: SandboxID, of person: Principal.Person) async throws -> LiveSandbox {
        if let sandbox = host[id], sandbox.owner.user == person.user, sandbox.owner.organization == person.organization,
            !sandbox.process.hasEnded
        {
            sandbox.touch()
            return sandbox
        }
        guard try await find(id, of: person).isRunning else { throw Problem(.sandboxEnded) }
        throw Problem(.sandboxEnded, detail: "the server that held it is gone")
    }

    /// A person's running sandbox, for who has its secret. Throws a problem 409 when it has ended.
    func running(_ id: SandboxID) async throws -> LiveSandbox {
        guard let sandbox = host[id], sandbox.owner.conversation == nil, !sandbox.process.hasEnded else { throw Problem(.sandboxEnded) }
        sandbox.touch()
        return sandbox
    }

    /// The process that has a running sandbox; nil when it is this one, or nobody.
    func node(of id: SandboxID) async throws -> PostgresUUID? {
        host[id] != nil ? nil : try await SandboxStore.node(of: id, in: database.acrossTenants())
    }

    /// The running sandbox, taken for one execution. Throws a problem 404, 409 when it has ended or is busy.
    func take(_ id: SandboxID, of person: Principal.Person) async throws -> LiveSandbox {
        let sandbox = try await running(id, of: person)
        guard !sandbox.isPaused else { throw Problem(.conflict, detail: "the sandbox is paused") }
        guard sandbox.take() else { throw Problem(.conflict, detail: "the sandbox is executing other code") }
        return sandbox
    }

    /// Gives it back after use.
    func giveBack(_ sandbox: LiveSandbox) async {
        sandbox.release()
        // The row only tells when it will end; the sandbox itself knows better. But another process may have ended the row, taking this one for
        // dead, and have a sandbox in its place.
        let isRunning = try? await SandboxStore.touch(sandbox.id, now: now, in: database.as(sandbox.owner.organization))
        if isRunning == false { host.end(sandbox, .lost) }
    }

    // MARK: A conversation's

    /// The sandbox of a conversation, made when there is none; `isNew` says that nothing of before is in it.
    func sandbox(
        of conversation: ConversationID, for person: Principal.Person, limits: ExecutionLimits?
    ) async throws -> (LiveSandbox, isNew: Bool) {
        // One that is being made is nobody's before its row is there: there may be no room for it.
        if startingForConversations[conversation] == nil, let sandbox = host.sandbox(of: conversation), !sandbox.process.hasEnded {
            guard sandbox.owner.user == person.user, sandbox.owner.organization == person.organization else { throw Problem(.notFound) }
            return (sandbox, false)
        }
        let owner = SandboxOwner(organization: person.organization, user: person.user, conversation: conversation)
        let task =
            startingForConversations[conversation]
            ?? loop.spawn { [self] in
                defer { startingForConversations[conversation] = nil }
                return try await startForConversation(owner, limits: policy.limits(limits), policy.plans[person.plan])
            }
        startingForConversations[conversation] = task
        let sandbox = try await task.value
        guard sandbox.owner == owner else { throw Problem(.notFound) }
        return (sandbox, true)
    }

    /// The process that has the sandbox of a conversation; nil when it is this one, or nobody.
    func node(of conversation: ConversationID, _ person: Principal.Person) async throws -> PostgresUUID? {
        if let sandbox = host.sandbox(of: conversation), !sandbox.process.hasEnded { return nil }
        return try await SandboxStore.node(of: conversation, in: database.as(person.organization))
    }

    /// The process that has a person's running sandbox; nil when it is this one, or nobody.
    func node(of id: SandboxID, _ person: Principal.Person) async throws -> PostgresUUID? {
        if host[id] != nil { return nil }
        let record = try await SandboxStore.find(id, of: person.user, in: database.as(person.organization))
        return record.flatMap { $0.isRunning ? $0.node : nil }
    }

    /// Why a conversation has lost its sandbox, for the model.
    func lossReason(of conversation: ConversationID, _ person: Principal.Person) async throws -> String {
        switch try await SandboxStore.lastEndReason(of: conversation, in: database.as(person.organization)) {
        case .expired: "the sandbox was not used for a long time and was ended"
        case .replaced: "the sandbox was ended because another one needed the room"
        case .failed: "the sandbox ended: it used too much, or failed"
        case .exhausted: "the sandbox was ended because the organisation has used up what its plan allows for a day"
        case .deleted: "the sandbox was deleted"
        case .stopped, .lost: "the server that held the sandbox is gone"
        case nil: "there is no sandbox of before"
        }
    }

    // MARK: Beginning and end

    private func startForConversation(
        _ owner: SandboxOwner, limits: SandboxLimits, _ plan: SandboxPlan
    ) async throws -> LiveSandbox {
        try await meter.check(plan, of: owner.organization)
        let sandbox = try await host.start(
            SandboxID(loop.makeID()), for: owner, limits: limits, plan: plan, idleTimeout: .seconds(policy.conversationIdleSeconds))
        do {
            try await register(record(of: sandbox, .python), of: sandbox)
            return sandbox
        } catch {
            host.end(sandbox, .failed)
            throw error
        }
    }

    /// Counts the sandbox of a tool's call against what its organisation's may be given together, as long as it lives. Throws a problem 403.
    func count(_ sandbox: LiveSandbox, ofCallIn language: CodeLanguage) async throws {
        guard sandbox.plan.hasSums else { return }
        var record = record(of: sandbox, language)
        record.isOfCall = true
        try await register(record, of: sandbox)
    }

    /// Gives back what it was counted with: the next call must not have to wait for the last of its processes.
    func stopCounting(_ sandbox: LiveSandbox) async {
        guard sandbox.plan.hasSums else { return }
        try? await SandboxStore.end(sandbox.id, .deleted, now: now, in: database.as(sandbox.owner.organization))
    }

    /// The organisation's sandboxes have what they may have.
    private struct QuotaReached: Error {
        let problem: Problem
    }

    /// Writes the row in a transaction of its own, when there is room or room can be made.
    private func register(_ record: SandboxStore.Record, of sandbox: LiveSandbox) async throws {
        try await makingRoom(for: record.owner) { [self] in
            try await database.as(record.owner.organization).transaction { transaction in
                try await register(record, of: sandbox, in: transaction)
            }
        }
        checkEnd(of: sandbox)
    }

    /// Once its row is there: the sandbox may have ended before, when there was none to tell so.
    private func checkEnd(of sandbox: LiveSandbox) {
        if host[sandbox.id] == nil { recordEnd(of: sandbox, .failed) }
    }

    /// Writes the row: what counts against the quota, and what another process ends when this one dies.
    private func register(
        _ record: SandboxStore.Record, of sandbox: LiveSandbox, in transaction: some PostgresQueryable
    ) async throws {
        if let conversation = record.owner.conversation {
            try await SandboxStore.endThose(of: conversation, heldHereOrNowhere: record.node, now: record.createdAt, in: transaction)
        }
        do {
            if let problem = try await SandboxStore.insert(record, sandbox.limits, within: sandbox.plan, in: transaction) {
                throw QuotaReached(problem: problem)
            }
        } catch PostgresError.server(let error) where error.constraint == "sandboxes_of_conversations" {
            // Two processes have begun one at once. Asked again, this one hands the call on.
            throw Problem(.unavailable, detail: "the conversation's sandbox has just been begun by another server; ask again")
        }
    }

    /// When the quota is reached, the organisation's conversation that has been idle for longest loses its sandbox, once.
    private func makingRoom<T>(for owner: SandboxOwner, _ body: () async throws -> T) async throws -> T {
        let refusal: Problem
        do { return try await body() } catch let reached as QuotaReached { refusal = reached.problem }
        if let idle = host.longestIdle(of: owner.organization, except: owner.conversation) {
            host.end(idle, .replaced)
            try await SandboxStore.end(idle.id, .replaced, now: now, in: database.as(owner.organization))
            do { return try await body() } catch let reached as QuotaReached { throw reached.problem }
        }
        throw refusal
    }

    private func record(of sandbox: LiveSandbox, _ language: CodeLanguage) -> SandboxStore.Record {
        SandboxStore.Record(
            id: sandbox.id, owner: sandbox.owner, language: language, timeoutSeconds: Int(sandbox.idleTimeout.components.seconds),
            node: lease.id, isRunning: true, createdAt: now, usedAt: now,
            tier: sandbox.process.enclosure?.tier ?? SandboxTier.namespaces.rawValue)
    }

    private func recordEnd(of sandbox: LiveSandbox, _ reason: SandboxEndReason) {
        log.info("sandbox ended", ["sandbox": .string(sandbox.id.description), "reason": .string(reason.rawValue)])
        let end = now
        loop.spawn { [self] in
            // A row that said that it runs would count against its organisation's quota.
            while true {
                do {
                    return try await SandboxStore.end(sandbox.id, reason, now: end, in: database.as(sandbox.owner.organization))
                } catch {
                    log.warning("the end of a sandbox could not be stored yet", ["error": .error(error)])
                    try await loop.sleep(for: .seconds(1))
                }
            }
        }
    }

    /// Ends what nobody uses any more, until cancelled.
    func run() async throws {
        while true {
            try await loop.sleep(for: .seconds(1))
            host.expire()
        }
    }

    /// Ends every sandbox of this process.
    func endAll() async {
        host.endAll(.stopped)
        await host.waitUntilEnded()
    }

    /// Ends their rows, and that of this process: nobody needs to wait for its lease.
    func leave() async {
        try? await SandboxStore.endAll(of: lease.id, .stopped, now: now, in: database.acrossTenants())
        try? await lease.end()
    }

    private var now: Timestamp { Timestamp(microseconds: loop.wallClock) }
}
