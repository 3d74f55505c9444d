/// One row of a result.
package struct PostgresRow {
    let result: LibpqResult
    let index: Int

    /// How many columns it has.
    package var count: Int { result.columnCount }

    /// Reads the column at a position, counted from 0.
    package func decode<Value: PostgresDecodable>(_ type: Value.Type = Value.self, at column: Int) throws -> Value {
        try Value(from: try value(at: column))
    }

    /// Reads the column with this name.
    package func decode<Value: PostgresDecodable>(_ type: Value.Type = Value.self, _ name: String) throws -> Value {
        try Value(from: try value(named: name))
    }

    /// Reads all columns in their order: `let (id, name) = try row.decode((PostgresUUID, String?).self)`.
    package func decode<each Value: PostgresDecodable>(_ types: (repeat each Value).Type) throws -> (repeat each Value) {
        var column = -1
        func next<Next: PostgresDecodable>(_ type: Next.Type) throws -> Next {
            column += 1
            return try decode(type, at: column)
        }
        return (repeat try next((each Value).self))
    }

    /// The value of the column with this name; nil when there is none.
    package subscript(name: String) -> PostgresValue? { result.column(named: name).map { result.value(row: index, column: $0) } }

    private func value(at column: Int) throws -> PostgresValue {
        guard column >= 0, column < count else {
            throw PostgresDecodingError(column: "\(column)", type: .unspecified, reason: "does not exist: there are \(count)")
        }
        return result.value(row: index, column: column)
    }

    private func value(named name: String) throws -> PostgresValue {
        guard let column = result.column(named: name) else {
            throw PostgresDecodingError(column: name, type: .unspecified, reason: "does not exist")
        }
        return result.value(row: index, column: column)
    }
}
