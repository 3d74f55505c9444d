internal import HTTPMessage

/// What tool-execution answers about the use of a sandbox, and its being paused.
package enum SandboxControlAPI {
    /// What a sandbox uses now, and how it is kept apart.
    package static let sandboxMetrics = Endpoint<NoContent, SandboxMetrics>(
        .get, "/api/v1/sandboxes/{id}/metrics", name: "getSandboxMetrics", owner: .toolExecution, summary: "Measure a sandbox",
        auth: .permission(.sandboxesRead), parameters: [.id(SandboxID.self)], problems: [.sandboxEnded, .sandboxUnavailable])

    /// Stops everything in a sandbox, with its state: time limits stand still, and nothing else can be run until it is resumed.
    package static let pauseSandbox = Endpoint<NoContent, NoContent>(
        .post, "/api/v1/sandboxes/{id}/pause", name: "pauseSandbox", owner: .toolExecution, summary: "Pause a sandbox",
        auth: .permission(.sandboxesWrite), parameters: [.id(SandboxID.self)], success: [.noContent],
        problems: [.sandboxEnded, .sandboxUnavailable])

    /// Lets a paused sandbox go on; one that runs stays as it is.
    package static let resumeSandbox = Endpoint<NoContent, NoContent>(
        .post, "/api/v1/sandboxes/{id}/resume", name: "resumeSandbox", owner: .toolExecution, summary: "Resume a paused sandbox",
        auth: .permission(.sandboxesWrite), parameters: [.id(SandboxID.self)], success: [.noContent],
        problems: [.sandboxEnded, .sandboxUnavailable])

    /// Every endpoint of these.
    package static let all: [EndpointDescription] = [sandboxMetrics.description, pauseSandbox.description, resumeSandbox.description]
}
