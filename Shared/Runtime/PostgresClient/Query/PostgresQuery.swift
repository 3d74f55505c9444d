/// One SQL statement and its parameters. Interpolation binds: `"SELECT name FROM people WHERE id = \(id)"` becomes `… id = $1`.
///
/// Its text is kept in pieces, by which a connection knows the statements that it has prepared: it is put together only for the server, once.
package struct PostgresQuery: Sendable, ExpressibleByStringInterpolation {
    private(set) var pieces: [Piece]
    private(set) var parameters = PostgresParameters()

    private init(pieces: [Piece]) { self.pieces = pieces }

    package init(stringLiteral sql: StaticString) { self.init(pieces: [Piece(sql)]) }
    package init(stringInterpolation: StringInterpolation) { self = stringInterpolation.query }

    /// A statement from text that was put together elsewhere. Nothing in it is quoted: never from outside.
    package init(unsafeSQL sql: String) { self.init(pieces: [.text(sql)]) }

    /// The text with its placeholders `$1`, `$2`, …
    package var sql: String { pieces.sql }

    /// Appends another statement's text; its parameters are numbered anew.
    package mutating func append(_ fragment: PostgresQuery) {
        pieces += fragment.pieces
        parameters.add(fragment.parameters)
    }

    mutating func bind(_ value: some PostgresEncodable) {
        pieces.append(.parameter)
        parameters.add(value)
    }

    /// How much of a queue it takes up, in bytes.
    var size: Int { pieces.count * MemoryLayout<Piece>.stride + parameters.bytes.count }
}

extension PostgresQuery {
    /// Makes placeholders of interpolated values.
    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var query: PostgresQuery

        package init(literalCapacity: Int, interpolationCount: Int) {
            query = PostgresQuery(pieces: [])
            query.pieces.reserveCapacity(2 * interpolationCount + 1)
            query.parameters.reserveCapacity(interpolationCount)
        }

        package mutating func appendLiteral(_ literal: StaticString) { query.pieces.append(Piece(literal)) }

        /// Binds a value.
        package mutating func appendInterpolation(_ value: some PostgresEncodable) { query.bind(value) }

        /// Binds a value or NULL. (With the overload above alone, the compiler takes an optional for a mistake.)
        package mutating func appendInterpolation<Value: PostgresEncodable>(_ value: Value?) { query.bind(value) }

        /// Inserts a part of a statement with its own parameters.
        package mutating func appendInterpolation(fragment: PostgresQuery) { query.append(fragment) }

        /// Inserts text as it is. Never text from outside.
        package mutating func appendInterpolation(unsafeSQL: String) { query.pieces.append(.text(unsafeSQL)) }
    }
}

/// Says the text only: values stay out of logs.
extension PostgresQuery: CustomStringConvertible, CustomReflectable {
    package var description: String { sql }
    package var customMirror: Mirror { Mirror(self, children: ["sql": sql]) }
}
