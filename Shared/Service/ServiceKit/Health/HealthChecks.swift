package import EventLoop
internal import HTTPMessage
package import Telemetry
package import WireProtocol

/// What `/readyz` looks at. An essential check that fails makes the service unavailable; another makes it degraded.
package final class HealthChecks {
    private struct Check {
        let name: String
        let isEssential: Bool
        let run: () async throws -> Void
    }

    private let loop: EventLoop
    private var checks: [Check] = []

    private static let longest = Duration.seconds(2)

    package init(loop: EventLoop) { self.loop = loop }

    /// Adds a check; what it throws is its detail. It may take two seconds.
    package func add(_ name: String, isEssential: Bool, _ run: @escaping () async throws -> Void) {
        checks.append(Check(name: name, isEssential: isEssential, run: run))
    }

    /// Runs all checks, at once: a report takes no longer than its slowest check.
    package func report() async -> HealthReport {
        var results: [HealthCheck] = []
        var isAvailable = true
        var degraded: [String] = []
        let running = checks.map { check in loop.spawn { [loop] in try await loop.withTimeout(Self.longest, check.run) } }
        for (check, outcome) in zip(checks, running) {
            do {
                try await outcome.value
                results.append(HealthCheck(name: check.name, status: .ok))
            } catch {
                if check.isEssential { isAvailable = false } else { degraded.append(check.name) }
                results.append(
                    HealthCheck(
                        name: check.name, status: check.isEssential ? .unavailable : .degraded,
                        detail: error is TimedOut ? "no answer within two seconds" : "\(error)"))
            }
        }
        return HealthReport(status: isAvailable ? (degraded.isEmpty ? .ok : .degraded) : .unavailable, checks: results, degraded: degraded)
    }
}

extension ServiceRoutes {
    /// Mounts what every service answers on its internal port.
    package func mountHealth(_ health: HealthChecks, metrics collector: MetricsCollector) {
        on(ServiceAPI.live) { _, _ in .json(PublicHealth(status: .ok)) }
        on(ServiceAPI.ready) { _, _ in
            let report = await health.report()
            return .json(report, status: report.status == .unavailable ? .serviceUnavailable : .ok)
        }
        on(ServiceAPI.metrics) { _, context in
            let snapshot = try await collector.snapshot(on: context.loop)
            return Reply(.bytes(snapshot.prometheusText(), mediaType: MetricsSnapshot.mediaType))
        }
    }
}
