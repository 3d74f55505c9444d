package import HTTPFraming
package import HTTPMessage

/// The limits of a server. Counts hold for one loop.
package struct HTTPServerConfiguration: Sendable {
    /// What a message may measure.
    package var framing = HTTPFramingLimits()
    /// How long a head may take from its first byte to its last.
    package var headTimeout = Duration.seconds(10)
    /// How long a body may pause while it is waited for.
    package var bodyTimeout = Duration.seconds(30)
    /// How long a client may take nothing of a response.
    package var writeTimeout = Duration.seconds(30)
    /// How long a connection may stay open between two requests.
    package var idleTimeout = Duration.seconds(75)
    /// How long what a refused client goes on sending is read and dropped, so that it gets to see the refusal.
    package var lingerTimeout = Duration.seconds(2)
    /// Connections in all; one more is answered with 503 and closed.
    package var maximumConnections = 10_000
    /// Connections of one client, as its address tells; one more is answered with 503 and closed. nil: as many as in all, for a server whose
    /// clients are a few other servers.
    package var maximumConnectionsPerClient: Int?
    /// Makes the answer to what never reached the handler, or what the handler threw, from a status and a reason that may be shown.
    package var makeRefusal: @Sendable (_ status: HTTPStatus, _ reason: String) -> HTTPServerResponse = { status, reason in
        HTTPServerResponse(status: status, fields: ["content-type": "text/plain; charset=utf-8"], body: Array((reason + "\n").utf8))
    }

    /// The limits that suit most servers.
    package init() {}
}
