package import HTTPFraming

/// How much a client keeps and takes.
package struct HTTPClientLimits: Sendable {
    /// Connections to one server, from one loop.
    package var connections = 64
    /// Calls that wait for one of them.
    package var waitingCalls = 1024
    /// How long an unused connection is kept; shorter than servers keep theirs, which spares most stale ones.
    package var idleTime = Duration.seconds(30)
    /// What is taken of a response before it is refused.
    package var framing = HTTPFramingLimits()

    /// The limits that suit calls between services.
    package init() {}
}
