internal import EventLoop
internal import HTTPClient
internal import HTTPMessage
internal import JSON
internal import ServiceKit
internal import WireProtocol

/// What the gateway says of itself and of the services behind it. In public only the status; the report is on the internal port.
final class StatusHandlers {
    private let loop: EventLoop
    private let caller: any HTTPCaller
    private let origins: [ServiceName: HTTPOrigin]
    private let verifier: TokenVerifier
    private var lastCheck: (at: Instant, status: HealthStatus)?
    private var asking: LoopTask<HealthStatus>?

    /// Strangers may ask as often as they like: the services are asked this often at most.
    private static let freshness = Duration.milliseconds(500)

    init(loop: EventLoop, caller: any HTTPCaller, origins: [ServiceName: HTTPOrigin], verifier: TokenVerifier) {
        self.loop = loop
        self.caller = caller
        self.origins = origins
        self.verifier = verifier
    }

    func index(_: NoContent, _: RequestContext) -> Reply<ServerIndex> {
        .json(ServerIndex(name: "Troupe", version: "1", docs: "/docs", openapi: "/openapi.json"))
    }

    func health(_: NoContent, _: RequestContext) -> Reply<PublicHealth> { .json(PublicHealth(status: .ok)) }

    func ready(_: NoContent, _: RequestContext) async throws -> Reply<PublicHealth> {
        let status = try await aggregated()
        return .json(PublicHealth(status: status), status: status == .unavailable ? .serviceUnavailable : .ok)
    }

    /// Throws why a service is not ready.
    func check(_ service: ServiceName) async throws {
        let status = try await status(of: service)
        if status == .unavailable { throw Problem(.unavailable, detail: "\(service.rawValue) is not ready") }
    }

    private func aggregated() async throws -> HealthStatus {
        if let lastCheck, loop.now - lastCheck.at < Self.freshness { return lastCheck.status }
        // While a service hangs, those who come meanwhile wait for the same answer.
        let task =
            asking
            ?? loop.spawn { [self] in
                defer { asking = nil }
                return await ask()
            }
        asking = task
        return try await task.value
    }

    private func ask() async -> HealthStatus {
        let asked = origins.keys.map { service in loop.spawn { [self] in try await status(of: service) } }
        // Without the revocations every token is refused, whatever the services could do.
        var worst: HealthStatus = verifier.isFresh ? .ok : .unavailable
        for answer in asked {
            switch (try? await answer.value) ?? .unavailable {
            case .ok: break
            case .degraded: if worst == .ok { worst = .degraded }
            case .unavailable, .unknown: worst = .unavailable
            }
        }
        lastCheck = (loop.now, worst)
        return worst
    }

    private func status(of service: ServiceName) async throws -> HealthStatus {
        guard let origin = origins[service] else { return .unavailable }
        var request = HTTPClientRequest(.get, ServiceAPI.ready.path.description)
        request.timeouts.connection = .seconds(1)
        request.timeouts.call = .seconds(3)
        let response = try await caller.send(request, to: origin)
        let report = try JSONCodec.decode(
            HealthReport.self, from: try await response.body.collect(upTo: 64 * 1024), unknownFields: .ignored)
        return report.status
    }
}
