/// The versions that are spoken.
package enum HTTPVersion: Hashable, Sendable {
    /// HTTP/1.0
    case http10
    /// HTTP/1.1
    case http11
}
