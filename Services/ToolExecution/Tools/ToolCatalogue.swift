internal import EventLoop
internal import JSON
internal import PostgresClient
internal import ServiceKit
internal import WireProtocol

/// Which tools there are: those built in, and each person's own.
final class ToolCatalogue {
    private let loop: EventLoop
    private let database: PostgresClient
    private let builtIn: [ToolDefinition]
    /// Why there are no sandboxes, when there are none.
    private let failure: SandboxFailure?
    /// Why no sandbox has a way out, when none has.
    private let networkFailure: SandboxFailure?

    private let decoder: RequestDecoder<CreateTool>

    private static let mostOwn = 200
    private static let mostPolicies = 1000

    init(loop: EventLoop, database: PostgresClient, sandboxes failure: SandboxFailure?, network networkFailure: SandboxFailure?) throws {
        self.loop = loop
        self.database = database
        self.failure = failure
        self.networkFailure = networkFailure
        decoder = try RequestDecoder(ToolsAPI.createTool)
        builtIn = try (CodeTools.make() + FileTools.make() + NetworkTools.make() + BrowserTool.make()).sorted { $0.name < $1.name }
    }

    // MARK: Finding

    /// By name, those after the cursor.
    func list(_ query: ToolQuery, of person: Principal.Person) async throws -> Page<Tool> {
        let (limit, after) = (query.effectiveLimit, query.cursor ?? "")
        let names = query.name.map(Set.init)
        let own = try await OwnToolStore.list(
            of: person, named: query.name, after: after, limit: limit + 1, in: database.as(person.organization))
        let tools = try (builtIn.filter { $0.name > after && names?.contains($0.name) != false } + own.map { try OwnTool.definition($0) })
            .sorted { $0.name < $1.name }
        return Page(tools.prefix(limit + 1).map { $0.tool(sandboxes: failure, network: networkFailure) }, limit: limit, cursor: \.name)
    }

    /// Throws a problem 404 for what is no tool.
    func find(_ name: String, of person: Principal.Person) async throws -> ToolDefinition {
        if let tool = builtIn.first(where: { $0.name == name }) { return tool }
        return try OwnTool.definition(try await own(name, of: person))
    }

    /// A tool and its tag: of what was given, if it is a person's own.
    func tool(_ name: String, of person: Principal.Person) async throws -> (tool: Tool, entityTag: String) {
        if let tool = builtIn.first(where: { $0.name == name })?.tool(sandboxes: failure, network: networkFailure) {
            return (tool, try EntityTag.digest(of: tool))
        }
        return try shown(try await own(name, of: person))
    }

    private func shown(_ own: CreateTool) throws -> (tool: Tool, entityTag: String) {
        (try OwnTool.definition(own).tool(sandboxes: failure, network: networkFailure), try EntityTag.digest(of: own))
    }

    /// The same, to be called. Throws a problem 503 when it cannot be used here, 403 when the person's policy is against it.
    func usable(
        _ name: String, for agent: AgentID?, of person: Principal.Person, isApproved: () async throws -> Bool
    ) async throws -> ToolDefinition {
        let tool = try await find(name, of: person)
        switch try await OwnToolStore.policy(of: name, for: agent, of: person, in: database.as(person.organization)) {
        case .allow: break
        case .ask:
            guard try await isApproved() else {
                throw Problem(.approvalRequired, detail: "\(name) was not called: approve it, and call it again with approved")
            }
        case .deny, .unknown: throw Problem(.toolDenied, detail: "\(name) may not be called")
        }
        let availability = tool.availability(sandboxes: failure, network: networkFailure)
        guard availability.isAvailable else {
            let remedy = availability.install.map { "; install it with: \($0)" } ?? ""
            throw Problem(.toolUnavailable, detail: (availability.reason ?? "") + remedy)
        }
        return tool
    }

    private func own(_ name: String, of person: Principal.Person) async throws -> CreateTool {
        guard let tool = try await OwnToolStore.find(name, of: person, in: database.as(person.organization)) else {
            throw Problem(.notFound)
        }
        return tool
    }

    // MARK: People's own

    /// Adds a tool, in a transaction.
    func create(_ request: CreateTool, of person: Principal.Person, in transaction: PostgresTransaction) async throws -> Tool {
        try await add([(request, "")], of: person, in: transaction)[0]
    }

    /// Adds tools, all or none; each comes with the pointer to where it stands in the request.
    func add(
        _ requests: [(CreateTool, pointer: String)], of person: Principal.Person, in transaction: PostgresTransaction
    ) async throws -> [Tool] {
        // Those of one person come one after another: otherwise two would each count without the other.
        try await transaction.query("SELECT pg_advisory_xact_lock(hashtextextended('tools ' || \(person.user.description), 0))")
        guard try await OwnToolStore.count(of: person, in: transaction) + requests.count <= Self.mostOwn else {
            throw Problem(.quotaExceeded, detail: "a person may have \(Self.mostOwn) tools")
        }
        var tools: [Tool] = []
        for (request, pointer) in requests {
            let definition = try OwnTool.definition(request, pointer: pointer)
            var isFree = !builtIn.contains { $0.name == request.name }
            if isFree {
                isFree = try await OwnToolStore.insert(
                    UUIDBytes(loop.makeID()), request, of: person, now: Timestamp(microseconds: loop.wallClock), in: transaction)
            }
            guard isFree else { throw Problem(.conflict, detail: "there is a tool named \(request.name)") }
            tools.append(definition.tool(sandboxes: failure, network: networkFailure))
        }
        return tools
    }

    /// Changes a tool by a merge patch, if it is still as the caller saw it. What comes of it has to be as a new one has to be.
    func update(
        _ name: String, _ patch: UpdateTool, ifMatch precondition: EntityTagCondition, of person: Principal.Person
    ) async throws -> (tool: Tool, entityTag: String) {
        let change = try JSONValue(parsing: JSONCodec.encode(patch))
        return try await database.as(person.organization).transaction { transaction in
            guard let old = try await OwnToolStore.find(name, of: person, locked: true, in: transaction) else { throw Problem(.notFound) }
            guard precondition.holds(for: try EntityTag.digest(of: old)) else { throw Problem(.preconditionFailed) }
            let merged = try JSONValue(parsing: JSONCodec.encode(old)).merged(with: change)
            let tool = try decoder.decode(body: try JSONCodec.encode(merged))
            let shown = try shown(tool)
            try await OwnToolStore.update(tool, of: person, now: Timestamp(microseconds: loop.wallClock), in: transaction)
            return shown
        }
    }

    func delete(_ name: String, of person: Principal.Person) async throws {
        guard try await OwnToolStore.delete(name, of: person, in: database.as(person.organization)) else { throw Problem(.notFound) }
    }

    // MARK: Policies

    func policies(of person: Principal.Person) async throws -> ToolPolicies {
        ToolPolicies(data: try await OwnToolStore.policies(of: person, in: database.as(person.organization)))
    }

    func set(_ rule: ToolPolicyRule, of person: Principal.Person) async throws {
        guard rule.policy != .unknown else {
            throw Problem(.validationFailed, errors: [FieldError(pointer: "/policy", detail: "must be allow, ask or deny")])
        }
        _ = try await find(rule.tool, of: person)
        guard try await OwnToolStore.set(rule, of: person, limit: Self.mostPolicies, in: database.as(person.organization)) else {
            throw Problem(.quotaExceeded, detail: "a person may have \(Self.mostPolicies) policies of tools")
        }
    }
}
