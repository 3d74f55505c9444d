package import HTTPFraming

/// How much a client keeps and takes.
package struct HTTPClientLimits: Sendable {
    /// Connections to one server, from one loop.
    package var connections = 64
    /// Calls that wait for one of them.
    package var waitingCalls = 1024
    /// How long an unused connection is kept; shorter than servers keep theirs, which spares most stale ones.
    package var idleTime = Duration.seconds(30)
    /// How old a connection is that serves another call: whoever spreads connections over several servers is asked again every now and then, and
    /// those that were added get their share.
    package var age = Duration.seconds(60)
    /// What is taken of a response before it is refused.
    package var framing = HTTPFramingLimits()

    /// The limits that suit calls between services.
    package init() {}

    /// The same where so many calls may last, streams and those that wait for somebody: the others do not wait for their connections.
    package init(lastingCalls: Int) { connections += lastingCalls }
}
