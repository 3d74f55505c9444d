internal import HTTPMessage

/// What every service answers on its internal port.
package enum ServiceAPI {
    /// Whether the process answers at all.
    package static let live = Endpoint<NoContent, PublicHealth>(
        .get, "/livez", name: "getServiceLiveness", owner: nil, summary: "Whether the process answers", auth: .public, visibility: .internal
    )

    /// Whether the service can work; 503 with the same report when it cannot.
    package static let ready = Endpoint<NoContent, HealthReport>(
        .get, "/readyz", name: "getServiceReadiness", owner: nil, summary: "Whether the service can work", auth: .public,
        visibility: .internal, success: [.ok, .serviceUnavailable])

    /// Metrics in the text format of Prometheus.
    package static let metrics = Endpoint<NoContent, NoContent>(
        .get, "/metrics", name: "getMetrics", owner: nil, summary: "Metrics", auth: .public, visibility: .internal,
        answers: .bytes(mediaType: "text/plain"))

    /// Every endpoint that all services have.
    package static let all: [EndpointDescription] = [live.description, ready.description, metrics.description]
}
