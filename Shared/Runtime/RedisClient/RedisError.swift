/// Why something asked of Redis did not work. A cancelled call throws `CancellationError` instead.
package enum RedisError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is no connection; nothing was sent.
    case unavailable(String)
    /// The connection was lost before the answer: whether the command was carried out is not known.
    case connectionLost(String)
    /// Too many commands wait for their answers; nothing was sent.
    case overloaded
    /// Redis refused the command: `WRONGTYPE Operation against …`.
    case refused(String)
    /// The answer is not of the kind that the command has.
    case unexpectedReply(String)
    /// The command would change the connection that others use too.
    case unsuitableCommand(String)

    /// What happened, for the log.
    package var description: String {
        switch self {
        case .unavailable(let reason): "Redis is not available: \(reason)"
        case .connectionLost(let reason): "the connection to Redis was lost: \(reason)"
        case .overloaded: "too many Redis commands are under way"
        case .refused(let reason): "Redis refused: \(reason)"
        case .unexpectedReply(let reply): "unexpected reply of Redis: \(reply)"
        case .unsuitableCommand(let name): "\(name) cannot be sent on a shared connection"
        }
    }
}
