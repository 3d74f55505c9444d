internal import CPostgres

/// A `PGresult`, freed with the last row that refers to it.
@safe final class LibpqResult {
    private let pointer: OpaquePointer
    let columnCount: Int

    /// Takes over the pointer.
    init(_ pointer: OpaquePointer) {
        unsafe self.pointer = pointer
        columnCount = unsafe Int(PQnfields(pointer))
    }

    deinit { unsafe PQclear(pointer) }

    enum Status { case rows, done, pipelineSync, pipelineAborted, copy, failed }

    var status: Status {
        switch unsafe PQresultStatus(pointer) {
        case PGRES_TUPLES_OK, PGRES_SINGLE_TUPLE: .rows
        case PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: .done
        case PGRES_PIPELINE_SYNC: .pipelineSync
        case PGRES_PIPELINE_ABORTED: .pipelineAborted
        case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH: .copy
        default: .failed
        }
    }

    var rowCount: Int { unsafe Int(PQntuples(pointer)) }

    /// "COMMIT", "INSERT 0 1"; empty when there is none.
    var commandTag: String { unsafe String(cString: PQcmdStatus(pointer)) }

    var affectedRows: Int { unsafe Int(String(cString: PQcmdTuples(pointer))) ?? 0 }

    func columnName(_ column: Int) -> String? { unsafe PQfname(pointer, Int32(column)).map { unsafe String(cString: $0) } }

    func column(named name: String) -> Int? {
        (0..<columnCount).first { column in
            guard let text = unsafe PQfname(pointer, Int32(column)) else { return false }
            return unsafe name.utf8.elementsEqual(
                sequence(first: text) { unsafe $0 + 1 }.lazy.map { unsafe UInt8(bitPattern: $0.pointee) }.prefix { $0 != 0 })
        }
    }

    /// Row and column must exist.
    func value(row: Int, column: Int) -> PostgresValue {
        let (row, column) = (Int32(row), Int32(column))
        var bytes: UnsafeRawBufferPointer?
        if unsafe PQgetisnull(pointer, row, column) == 0 {
            unsafe bytes = UnsafeRawBufferPointer(
                start: PQgetvalue(pointer, row, column), count: Int(PQgetlength(pointer, row, column)))
        }
        return unsafe PostgresValue(type: PostgresType(rawValue: PQftype(pointer, column)), bytes: bytes, owner: self, column: Int(column))
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

    private func field(_ code: Int32) -> String? { unsafe PQresultErrorField(pointer, code).map { unsafe String(cString: $0) } }
}
