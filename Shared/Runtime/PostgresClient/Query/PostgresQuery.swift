/// One SQL statement and its parameters. Interpolation binds: `"SELECT name FROM people WHERE id = \(id)"` becomes `… id = $1`.
package struct PostgresQuery: Sendable, ExpressibleByStringInterpolation {
    /// The text with its placeholders `$1`, `$2`, …
    package private(set) var sql: String
    private(set) var parameters = PostgresParameters()

    package init(stringLiteral sql: String) { self.sql = sql }
    package init(stringInterpolation: StringInterpolation) { self = stringInterpolation.query }

    /// A statement from text that was put together elsewhere. Nothing in it is quoted: never from outside.
    package init(unsafeSQL sql: String) { self.sql = sql }

    /// Appends another statement's text; its parameters are numbered anew.
    package mutating func append(_ fragment: PostgresQuery) {
        guard fragment.parameters.count > 0 else { return sql += fragment.sql }
        let text = fragment.sql.utf8
        var position = text.startIndex
        for parameter in fragment.parameters.parameters {
            let place = text.index(text.startIndex, offsetBy: parameter.placeholder)
            sql += fragment.sql[position..<place]
            parameters.add(parameter, of: fragment.parameters, placeholder: sql.utf8.count)
            sql += "$\(parameters.count)"
            position = text.index(after: place)
            while position < text.endIndex, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[position]) {
                position = text.index(after: position)
            }
        }
        sql += fragment.sql[position...]
    }

    mutating func bind(_ value: some PostgresEncodable) {
        parameters.add(value, placeholder: sql.utf8.count)
        sql += "$\(parameters.count)"
    }

    mutating func append(literal: String) { sql += literal }

    /// How much of a queue it takes up, in bytes.
    var size: Int { sql.utf8.count + parameters.bytes.count }
}

extension PostgresQuery {
    /// Makes placeholders of interpolated values.
    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var query: PostgresQuery

        package init(literalCapacity: Int, interpolationCount: Int) {
            var text = ""
            text.reserveCapacity(literalCapacity + 3 * interpolationCount)
            query = PostgresQuery(unsafeSQL: text)
            query.parameters.reserveCapacity(interpolationCount)
        }

        package mutating func appendLiteral(_ literal: String) { query.append(literal: literal) }

        /// Binds a value.
        package mutating func appendInterpolation(_ value: some PostgresEncodable) { query.bind(value) }

        /// Binds a value or NULL. (With the overload above alone, the compiler takes an optional for a mistake.)
        package mutating func appendInterpolation<Value: PostgresEncodable>(_ value: Value?) { query.bind(value) }

        /// Inserts a part of a statement with its own parameters.
        package mutating func appendInterpolation(fragment: PostgresQuery) { query.append(fragment) }

        /// Inserts text as it is. Never text from outside.
        package mutating func appendInterpolation(unsafeSQL: String) { query.append(literal: unsafeSQL) }
    }
}

/// Says the text only: values stay out of logs.
extension PostgresQuery: CustomStringConvertible, CustomReflectable {
    package var description: String { sql }
    package var customMirror: Mirror { Mirror(self, children: ["sql": sql]) }
}
