/// Why a statement or a transaction gave no result. The cases say what is known about its effect.
package enum PostgresError: Error, Hashable, Sendable {
    /// The server refused it: no effect.
    case server(PostgresServerError)
    /// The connection was lost after it had been sent: it may have been committed or not.
    case outcomeUnknown
    /// The connection was lost, or the client closed, before it was sent: no effect.
    case notSent
    /// The connection of a transaction was lost before its COMMIT was sent: no effect.
    case transactionLost
    /// There is no connection now, and the client is trying to make one: no effect. Says why.
    case unavailable(String)
    /// Too many statements or transactions wait already: no effect.
    case overloaded
    /// The statement cannot be sent, and why: no effect.
    case refused(String)
}

extension PostgresError {
    /// What the server said, if it refused.
    package var serverError: PostgresServerError? { if case .server(let error) = self { error } else { nil } }

    /// The server's code, if it refused.
    package var state: SQLState? { serverError?.state }

    /// The violated constraint, if that is what the server refused.
    package var constraint: String? { serverError?.constraint }
}

/// Fit for logs: it says no value.
extension PostgresError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .server(let error): error.description
        case .outcomeUnknown: "the connection was lost, the outcome is unknown"
        case .notSent: "the connection was lost before the statement was sent"
        case .transactionLost: "the connection was lost before the transaction's end"
        case .unavailable(let reason): "the database is unavailable: \(reason)"
        case .overloaded: "too many statements wait for the database"
        case .refused(let reason): reason
        }
    }
}
