internal import CPostgres

/// A `PGresult`, freed with the last row that refers to it.
final class LibpqResult {
    private let pointer: OpaquePointer
    let columnCount: Int

    /// Takes over the pointer.
    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
        columnCount = Int(PQnfields(pointer))
    }

    deinit { PQclear(pointer) }

    enum Status { case rows, done, pipelineSync, pipelineAborted, copy, failed }

    var status: Status {
        switch PQresultStatus(pointer) {
        case PGRES_TUPLES_OK, PGRES_SINGLE_TUPLE: .rows
        case PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: .done
        case PGRES_PIPELINE_SYNC: .pipelineSync
        case PGRES_PIPELINE_ABORTED: .pipelineAborted
        case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH: .copy
        default: .failed
        }
    }

    var rowCount: Int { Int(PQntuples(pointer)) }

    /// "COMMIT", "INSERT 0 1"; empty when there is none.
    var commandTag: String { String(cString: PQcmdStatus(pointer)) }

    var affectedRows: Int { Int(String(cString: PQcmdTuples(pointer))) ?? 0 }

    func columnName(_ column: Int) -> String? { PQfname(pointer, Int32(column)).map { String(cString: $0) } }

    func column(named name: String) -> Int? {
        (0..<columnCount).first { column in
            guard let text = PQfname(pointer, Int32(column)) else { return false }
            return name.utf8.elementsEqual(sequence(first: text) { $0 + 1 }.lazy.map { UInt8(bitPattern: $0.pointee) }.prefix { $0 != 0 })
        }
    }

    /// Row and column must exist.
    func value(row: Int, column: Int) -> PostgresValue {
        let (row, column) = (Int32(row), Int32(column))
        var bytes: UnsafeRawBufferPointer?
        if PQgetisnull(pointer, row, column) == 0 {
            bytes = UnsafeRawBufferPointer(start: PQgetvalue(pointer, row, column), count: Int(PQgetlength(pointer, row, column)))
        }
        return PostgresValue(type: PostgresType(rawValue: PQftype(pointer, column)), bytes: bytes, owner: self, column: Int(column))
    }

    /// What the server said when it refused; nil when libpq itself failed, which means that the connection is gone.
    var serverError: PostgresServerError? {
        guard let state = field(postgres_field_sqlstate) else { return nil }
        let severity = field(postgres_field_severity)
        return PostgresServerError(
            state: SQLState(rawValue: state), message: field(postgres_field_message) ?? "", detail: field(postgres_field_detail),
            hint: field(postgres_field_hint), schema: field(postgres_field_schema), table: field(postgres_field_table),
            column: field(postgres_field_column), constraint: field(postgres_field_constraint),
            isFatal: severity == "FATAL" || severity == "PANIC")
    }

    private func field(_ code: Int32) -> String? { PQresultErrorField(pointer, code).map { String(cString: $0) } }
}
