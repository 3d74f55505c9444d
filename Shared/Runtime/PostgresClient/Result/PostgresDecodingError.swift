/// A column that does not hold what was asked for. It never says the value.
package struct PostgresDecodingError: Error, Hashable, CustomStringConvertible {
    /// The column's name, or its position when it has none.
    package var column: String
    package var type: PostgresType
    package var reason: String

    package var description: String { "column \(column) (type \(type.rawValue)): \(reason)" }
}
