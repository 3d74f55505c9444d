/// What the server says about a statement that it refused.
package struct PostgresServerError: Error, Hashable, Sendable {
    package var state: SQLState
    /// The primary message. It may quote values.
    package var message: String
    /// More about it, mostly with values: not for logs.
    package var detail: String?
    package var hint: String?
    package var schema: String?
    package var table: String?
    package var column: String?
    package var constraint: String?
    /// Which statement of a script was refused, from 1; nil for one that was sent by itself.
    package var statement: Int?
    /// Whether the server ended the session with it.
    package var isFatal: Bool
}

/// Fit for logs: it says no value.
extension PostgresServerError: CustomStringConvertible, CustomReflectable {
    package var description: String {
        var text = (statement.map { "statement \($0), " } ?? "") + "SQLSTATE \(state.rawValue)"
        if !state.mayQuoteValues { text += ": \(message)" }
        if let table { text += ", table \(table)" }
        if let column { text += ", column \(column)" }
        if let constraint { text += ", constraint \(constraint)" }
        return text
    }

    package var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}
