/// What one statement gave: its rows, all of them in memory, and how many it touched.
package struct PostgresRows: RandomAccessCollection {
    let result: LibpqResult
    package let count: Int

    init(_ result: LibpqResult) {
        self.result = result
        count = result.rowCount
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { count }

    package subscript(position: Int) -> PostgresRow {
        precondition(position >= 0 && position < count, "no row \(position) of \(count)")
        return PostgresRow(result: result, index: position)
    }

    /// How many rows an `INSERT`, `UPDATE` or `DELETE` wrote, or a `SELECT` gave.
    package var affectedRows: Int { result.affectedRows }

    /// The first value of the only row; throws when there is not exactly one row.
    package func single<Value: PostgresDecodable>(_ type: Value.Type = Value.self) throws -> Value {
        guard count == 1 else { throw PostgresDecodingError(column: "0", type: .unspecified, reason: "\(count) rows instead of one") }
        return try self[0].decode(type, at: 0)
    }
}
