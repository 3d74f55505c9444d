package import PostgresClient

extension PostgresScope {
    private static let pieceSize = 5000

    /// Deletes the rows of a table that fulfil a condition, however many: piece by piece, each committed for itself, and on a connection of its own,
    /// where no request waits behind it. Not for a table with partitions.
    package func delete(from table: String, where condition: PostgresQuery) async throws {
        let piece: PostgresQuery = """
            DELETE FROM \(unsafeSQL: table)
            WHERE ctid = ANY (ARRAY(SELECT ctid FROM \(unsafeSQL: table) WHERE \(fragment: condition) LIMIT \(Self.pieceSize)))
            """
        var count = Self.pieceSize
        while count == Self.pieceSize { count = try await transaction { try await $0.query(piece).affectedRows } }
    }
}
