package import EventLoop
internal import HTTPClient
internal import HTTPMessage
package import HTTPServer
internal import ServiceClients
package import ServiceKit
internal import WireProtocol

/// The gateway on one loop, wired by hand.
package final class GatewayServer {
    private let configuration: GatewayConfiguration
    private let runtime: ServiceRuntime
    private let identity: ServiceIdentity
    private let routes: ServiceRoutes
    private let internalRoutes: ServiceRoutes
    private let crossOrigin: CrossOriginPolicy

    package init(_ configuration: GatewayConfiguration, _ runtime: ServiceRuntime) throws {
        self.configuration = configuration
        self.runtime = runtime
        var limits = HTTPClientLimits()
        // Every stream that a client holds open holds one connection to its service.
        limits.connections = configuration.maximumConnections
        let client = HTTPClient(on: runtime.loop, limits: limits)
        identity = ServiceIdentity(.gateway, loop: runtime.loop, caller: client, configuration: configuration.identity)
        crossOrigin = CrossOriginPolicy(allowed: configuration.allowedOrigins)
        let rateLimit = RateLimit(loop: runtime.loop, configuration)
        let lastingCalls = LastingCalls(limit: configuration.lastingCalls)
        let apiKeys = APIKeyExchange(loop: runtime.loop, auth: identity.auth, rateLimit: rateLimit)

        let origins: [ServiceName: HTTPOrigin] = [
            .auth: configuration.identity.authOrigin, .agent: configuration.agentOrigin, .toolExecution: configuration.toolExecutionOrigin,
            .file: configuration.fileOrigin, .simulation: configuration.simulationOrigin,
        ]
        let proxy = ProxyHandlers(caller: client)
        let status = StatusHandlers(loop: runtime.loop, caller: client, origins: origins, verifier: identity.verifier)
        let documentation = try DocumentationHandlers(loop: runtime.loop, assets: configuration.documentationAssets)

        routes = ServiceRoutes(loop: runtime.loop, verifier: identity.verifier, log: runtime.log, metrics: runtime.metrics)
        routes.on(GatewayAPI.index, status.index)
        routes.on(GatewayAPI.health, status.health)
        routes.on(GatewayAPI.ready, status.ready)
        routes.on(GatewayAPI.docs, documentation.page)
        routes.on(GatewayAPI.docsAsset, documentation.asset)
        routes.on(GatewayAPI.openAPI, documentation.document)
        for endpoint in AllEndpoints.public {
            guard let owner = endpoint.owner, let origin = origins[owner] else { continue }
            let isLogin = endpoint.rateClass == .credentials
            let mayLast = endpoint.timeClass != .normal
            let timeouts = ProxyHandlers.timeouts(endpoint.timeClass)
            routes.forward(
                endpoint, rewriting: { apiKeys.rewriting($0, for: endpoint) },
                refused: { try rateLimit.admit($0, isLogin: false) }
            ) { context in
                try rateLimit.admit(context, isLogin: isLogin)
                guard mayLast else { return try await proxy.forward(context, endpoint, to: origin, timeouts) }
                return try await lastingCalls.answer(rateLimit.client(of: context)) {
                    try await proxy.forward(context, endpoint, to: origin, timeouts)
                }
            }
        }

        for owner in origins.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            runtime.health.add(owner.rawValue, isEssential: owner == .auth) { try await status.check(owner) }
        }
        runtime.health.add("revocations", isEssential: true) { [identity] in try identity.verifier.requireFresh() }
        internalRoutes = ServiceRoutes(loop: runtime.loop, verifier: nil, log: runtime.log, metrics: runtime.metrics)
        internalRoutes.mountHealth(runtime.health, metrics: runtime.collector)
    }

    /// Serves the public port and, on the first loop, the internal one, until the runtime is asked to stop.
    package func run() async throws {
        var internalListener: Listener?
        if runtime.loopIndex == 0 {
            internalListener = try runtime.listen(host: configuration.process.host, port: configuration.internalPort)
        }
        try await run(on: try runtime.listen(host: configuration.process.host, port: configuration.process.port), internalListener)
    }

    /// The same on listeners that are there already.
    package func run(on listener: Listener, _ internalListener: Listener? = nil) async throws {
        var limits = HTTPServerConfiguration()
        limits.maximumConnections = configuration.maximumConnections
        // Behind proxies of ours all connections are theirs.
        if configuration.trustedProxies == 0 { limits.maximumConnectionsPerClient = configuration.maximumConnectionsPerAddress }
        var background: [() async throws -> Void] = [identity.verifier.run]
        if let internalListener {
            background.append { [runtime, internalRoutes] in try await runtime.serve(internalRoutes.handle, on: internalListener) }
        }
        try await runtime.serve(handle, on: listener, configuration: limits, background: background)
    }

    /// E2B's programs ask the sandbox that they name by the path that is ours.
    private static func redirected(_ request: HTTPServerRequest) -> HTTPServerRequest {
        guard ["/health", "/metrics"].contains(request.head.target), request.fields.contains("e2b-sandbox-id") else { return request }
        var head = request.head
        head.target = "/envd" + head.target
        return request.replacing(head: head)
    }

    /// Answers one request of the public port.
    package func handle(_ request: HTTPServerRequest) async throws -> HTTPServerResponse {
        if let answer = crossOrigin.preflight(request) { return answer }
        var response = try await routes.handle(Self.redirected(request))
        crossOrigin.decorate(&response, for: request)
        response.fields.removeAll(.contentTypeOptions)
        response.fields.append(.contentTypeOptions, "nosniff")
        return response
    }
}
