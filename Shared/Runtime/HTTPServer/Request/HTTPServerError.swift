/// Why a request or its response came to nothing.
package enum HTTPServerError: Error, Hashable, Sendable {
    /// The client closed or lost the connection.
    case clientGone
    /// The body was asked for after its request had been answered.
    case requestIsOver
    /// A streamed response did not have the length it had been announced with.
    case wrongLength
}
