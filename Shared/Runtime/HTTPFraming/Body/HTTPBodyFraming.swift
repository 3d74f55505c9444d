/// How the end of a body is found.
package enum HTTPBodyFraming: Hashable, Sendable {
    /// There is no body.
    case none
    /// So many bytes follow the head.
    case length(Int)
    /// Chunks follow, the last one empty.
    case chunked
    /// The body lasts until the connection ends; responses only.
    case untilClose
}
