internal import EventLoop
internal import HTTPMessage
internal import HTTPServer
internal import JSON
internal import ServiceKit
internal import WireProtocol

/// E2B's control plane: sandboxes, made and ended.
struct E2BControlHandlers {
    let sandboxes: SandboxService
    let access: SandboxAccess
    let peers: PeerForwarder
    let limits: SandboxLimits

    /// What envd of that version can do is what we can.
    static let version = "0.6.1"
    private static let templates: [String: SandboxTemplate] = ["base": .base, "code-interpreter-v1": .codeInterpreter]
    private static let defaultTimeout = 15

    func mount(on routes: ServiceRoutes) {
        func mount(_ endpoint: EndpointDescription, _ handler: @escaping (RequestContext) async throws -> HTTPServerResponse) {
            routes.forward(endpoint) { context in try await E2BErrors.answering(.plain) { try await handler(context) } }
        }
        mount(E2BAPI.createSandbox.description, create)
        mount(E2BAPI.listSandboxes.description, list)
        mount(E2BAPI.getSandbox.description, get)
        mount(E2BAPI.killSandbox.description, kill)
        mount(E2BAPI.setTimeout.description, setTimeout)
        mount(E2BAPI.refresh.description, setTimeout)
        mount(E2BAPI.pause.description, pause)
        mount(E2BAPI.resume.description, connect)
        mount(E2BAPI.connect.description, connect)
        mount(E2BAPI.logs.description, logs)
        mount(E2BAPI.metrics.description, metrics)
    }

    private func create(_ context: RequestContext) async throws -> HTTPServerResponse {
        let bytes = try await context.request.body.collect(upTo: 256 << 10)
        guard let wish = try? JSONCodec.decode(JSONValue.self, from: bytes, unknownFields: .ignored) else { throw Problem(.malformedJSON) }
        context.idempotency = try IdempotentRequest(context.request.head, body: bytes)
        let name = wish["templateID"]?.string ?? ""
        guard let template = Self.templates[name] else { throw Problem(.notFound, detail: "template '\(name.prefix(100))' not found") }
        let timeout = wish["timeout"]?.int ?? Self.defaultTimeout
        guard (1...86_400).contains(timeout) else { throw Problem(.validationFailed, detail: "timeout must be 1 to 86400 seconds") }
        let request = CreateSandbox(
            template: template, timeoutS: timeout, network: try Self.network(wish), metadata: Self.texts(wish["metadata"]),
            environment: Self.texts(wish["envVars"]))
        let reply = try await sandboxes.create(request, isFinal: true, context)
        let sandbox: Sandbox
        switch reply.content {
        case .json(let made): sandbox = made
        case .encoded(let bytes): sandbox = try JSONCodec.decode(Sandbox.self, from: bytes, unknownFields: .ignored)
        default: throw Problem(.internalError)
        }
        return try .json(connection(to: sandbox), status: .created)
    }

    /// What may be reached outside. What is allowed by name is allowed whatever is denied.
    private static func network(_ wish: JSONValue) throws -> NetworkGrant? {
        let (allowed, denied) = (wish["network"]?["allowOut"]?.elements ?? [], wish["network"]?["denyOut"]?.elements ?? [])
        if !allowed.isEmpty { return NetworkGrant(hosts: allowed.compactMap(\.string)) }
        guard wish["allow_internet_access"] == .bool(true), !denied.contains("0.0.0.0/0") else { return nil }
        guard denied.isEmpty else { throw Problem(.validationFailed, detail: "network.denyOut can only be all: 0.0.0.0/0") }
        return NetworkGrant(hosts: ["*"])
    }

    private static func texts(_ value: JSONValue?) -> [String: String] {
        var texts: [String: String] = [:]
        for member in value?.members ?? [] { texts[member.key] = member.value.string }
        return texts
    }

    private static func name(of template: SandboxTemplate) -> String { template == .base ? "base" : "code-interpreter-v1" }

    private func connection(to sandbox: Sandbox) -> JSONValue {
        let token = JSONValue.string(access.token(of: sandbox.id))
        return [
            "templateID": .string(Self.name(of: sandbox.template)), "sandboxID": .string(sandbox.id.description), "clientID": "local",
            "envdVersion": .string(Self.version), "envdAccessToken": token, "trafficAccessToken": token, "domain": .null,
        ]
    }

    private func description(_ sandbox: Sandbox) -> JSONValue {
        [
            "templateID": .string(Self.name(of: sandbox.template)), "sandboxID": .string(sandbox.id.description), "clientID": "local",
            "alias": .string(Self.name(of: sandbox.template)), "startedAt": .string(sandbox.createdAt.description),
            "endAt": .string(sandbox.expiresAt.description), "cpuCount": 1, "memoryMB": .int(limits.memoryBytes >> 20),
            "diskSizeMB": .int(limits.diskBytes >> 20), "state": sandbox.paused ? "paused" : "running",
            "envdVersion": .string(Self.version),
            "metadata": .object(
                sandbox.metadata.sorted { $0.key < $1.key }.map { JSONValue.Member(key: $0.key, value: .string($0.value)) }),
        ]
    }

    private func list(_ context: RequestContext) async throws -> HTTPServerResponse {
        let query = try HTTPQuery(decoding: context.request.head.query ?? "")
        var wanted: [String] = []
        if let text = query["metadata"] {
            // Encoded once more than the query itself.
            wanted = try HTTPQuery(decoding: text).items.map { item in
                let name = try HTTPQuery(decoding: "n=" + item.name)["n"] ?? ""
                return "\(name)=\(try HTTPQuery(decoding: "v=" + item.value)["v"] ?? "")"
            }
        }
        let limit = min(max(query["limit"].flatMap { Int($0) } ?? 100, 1), 100)
        let states = Set((query["state"] ?? "running,paused").split(separator: ",").map(String.init))
        guard !states.isEmpty, states.isSubset(of: ["running", "paused"]) else {
            throw Problem(.validationFailed, detail: "state is running, paused or both")
        }
        let page = try await sandboxes.list(
            SandboxQuery(limit: limit, cursor: query["nextToken"], status: .running, metadata: wanted),
            isPaused: states.count == 2 ? nil : states.contains("paused"), of: context.person())
        var response = try HTTPServerResponse.json(.array(page.data.map(description)))
        if let cursor = page.nextCursor { response.fields.append("x-next-token", cursor) }
        return response
    }

    /// The running sandbox; a problem 404 when it has ended.
    private func find(_ context: RequestContext) async throws -> Sandbox {
        let sandbox = try await sandboxes.get(context.id(), of: context.person())
        guard sandbox.status == .running else { throw Problem(.notFound, detail: "sandbox \(sandbox.id) not found") }
        return sandbox
    }

    private func get(_ context: RequestContext) async throws -> HTTPServerResponse {
        let sandbox = try await find(context)
        guard case .object(var members) = description(sandbox) else { throw Problem(.internalError) }
        // With it everything can be done in the sandbox: it is not for who may only look.
        if context.principal?.allows(.sandboxesWrite) == true {
            members.append(JSONValue.Member(key: "envdAccessToken", value: .string(access.token(of: sandbox.id))))
        }
        return try .json(.object(members))
    }

    private func kill(_ context: RequestContext) async throws -> HTTPServerResponse {
        let sandbox = try await find(context)
        if let answer = try await forward(context) { return answer }
        try await sandboxes.delete(sandbox.id, of: context.person())
        return HTTPServerResponse(status: .noContent)
    }

    private func setTimeout(_ context: RequestContext) async throws -> HTTPServerResponse {
        let sandbox = try await find(context)
        if let answer = try await forward(context) { return answer }
        let wish = try await context.request.body.json()
        let seconds = wish["timeout"]?.int ?? wish["duration"]?.int ?? Self.defaultTimeout
        try await extend(sandbox.id, to: seconds, mayShorten: context.operation == E2BAPI.setTimeout.name, context)
        return HTTPServerResponse(status: .noContent)
    }

    /// - Parameter mayShorten: Whether it may end sooner than it would have.
    private func extend(_ id: SandboxID, to seconds: Int, mayShorten: Bool, _ context: RequestContext) async throws {
        guard (0...86_400).contains(seconds) else { throw Problem(.validationFailed, detail: "timeout must be 0 to 86400 seconds") }
        if !mayShorten {
            let running = try await sandboxes.running(id, of: context.person())
            if running.deadline.map({ $0 - context.loop.now }) ?? running.idleTimeout >= .seconds(seconds) { return }
        }
        _ = try await sandboxes.update(id, UpdateSandbox(timeoutS: max(1, seconds)), of: context.person())
    }

    private func connect(_ context: RequestContext) async throws -> HTTPServerResponse {
        let sandbox = try await find(context)
        if let answer = try await forward(context) { return answer }
        let wish = try await context.request.body.json()
        let running = try await sandboxes.running(sandbox.id, of: context.person())
        if running.isPaused { try await sandboxes.setPaused(false, running) }
        // Who joins does not end it sooner for those that are there.
        if let seconds = wish["timeout"]?.int { try await extend(sandbox.id, to: seconds, mayShorten: false, context) }
        return try .json(connection(to: sandbox), status: context.operation == E2BAPI.resume.name ? .created : .ok)
    }

    private func pause(_ context: RequestContext) async throws -> HTTPServerResponse {
        let sandbox = try await find(context)
        if let answer = try await forward(context) { return answer }
        let running = try await sandboxes.running(sandbox.id, of: context.person())
        // Their word for one that is paused already.
        guard !running.isPaused else { throw Problem(.conflict, detail: "sandbox \(sandbox.id) is already paused") }
        try await sandboxes.setPaused(true, running)
        return HTTPServerResponse(status: .noContent)
    }

    private func logs(_ context: RequestContext) async throws -> HTTPServerResponse {
        if let answer = try await forward(context) { return answer }
        let lines = try await sandboxes.running(context.id(), of: context.person()).log.lines
        return try .json([
            "logs": .array(lines.map { ["timestamp": .string($0.time.description), "line": .string($0.text)] }),
            "logEntries": .array(
                lines.map { ["timestamp": .string($0.time.description), "message": .string($0.text), "level": "info", "fields": [:]] }),
        ])
    }

    /// One point: what there is now.
    private func metrics(_ context: RequestContext) async throws -> HTTPServerResponse {
        _ = try await find(context)
        if let answer = try await forward(context) { return answer }
        let sandbox = try await sandboxes.running(context.id(), of: context.person())
        let usage = try await sandbox.process.measure()
        let now = Timestamp(microseconds: context.loop.wallClock)
        let seconds = Int(now.microseconds / 1_000_000)
        let query = try HTTPQuery(decoding: context.request.head.query ?? "")
        if let start = query["start"].flatMap({ Int($0) }), start > seconds { return try .json([]) }
        if let end = query["end"].flatMap({ Int($0) }), end < seconds { return try .json([]) }
        return try .json([
            [
                "timestamp": .string(now.description), "timestampUnix": .int(seconds), "cpuCount": .int(limits.processors),
                "cpuUsedPct": .double(sandbox.processorPercent(usage)), "memUsed": .int(usage.memory),
                "memTotal": .int(sandbox.limits.memoryBytes), "memCache": .int(0), "diskUsed": .int(usage.disk),
                "diskTotal": .int(usage.diskSize),
            ]
        ])
    }

    private func forward(_ context: RequestContext) async throws -> HTTPServerResponse? {
        try await peers.pass(context, to: sandboxes.node(of: context.id(as: SandboxID.self), context.person()))
    }
}
