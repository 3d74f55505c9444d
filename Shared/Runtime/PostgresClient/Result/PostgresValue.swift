/// One value of a row, in the server's binary form. It keeps the result that it belongs to.
@safe package struct PostgresValue {
    package let type: PostgresType
    /// nil is NULL.
    private let bytes: UnsafeRawBufferPointer?
    private let owner: LibpqResult
    private let column: Int

    init(type: PostgresType, bytes: UnsafeRawBufferPointer?, owner: LibpqResult, column: Int) {
        self.type = type
        unsafe self.bytes = bytes
        self.owner = owner
        self.column = column
    }

    /// Whether it is SQL's NULL.
    package var isNull: Bool { unsafe bytes == nil }

    /// Reads it as `Value`; throws `PostgresDecodingError`.
    package func decode<Value: PostgresDecodable>(_ type: Value.Type = Value.self) throws -> Value { try Value(from: self) }

    /// Calls `body` with the bytes; throws when the value is NULL.
    package func withBytes<T>(_ body: (UnsafeRawBufferPointer) throws -> T) throws -> T {
        guard let bytes = unsafe bytes else { throw mismatch("is NULL") }
        return try withExtendedLifetime(owner) { try unsafe body(bytes) }
    }

    /// The error that says what is wrong with this value: "is no text".
    package func mismatch(_ reason: String) -> PostgresDecodingError {
        PostgresDecodingError(column: owner.columnName(column) ?? "\(column)", type: type, reason: isNull ? "is NULL" : reason)
    }

    /// The elements of an array of one dimension.
    func elements() throws -> [PostgresValue] {
        try unsafe withBytes { bytes in
            var reader = unsafe ArrayReader(bytes: bytes)
            guard let dimensions = reader.integer(), reader.integer() != nil, let type = reader.integer() else {
                throw mismatch("is no array")
            }
            if dimensions == 0 { return [] }
            guard dimensions == 1, let count = reader.integer(), reader.integer() != nil, count >= 0, Int(count) <= bytes.count / 4 else {
                throw mismatch("is no array of one dimension")
            }
            let elementType = PostgresType(rawValue: UInt32(bitPattern: type))
            return try (0..<count).map { _ in
                guard let length = reader.integer() else { throw mismatch("is cut short") }
                var element: UnsafeRawBufferPointer?
                if length >= 0 {
                    guard let taken = unsafe reader.take(Int(length)) else { throw mismatch("is cut short") }
                    unsafe element = taken
                }
                return unsafe PostgresValue(type: elementType, bytes: element, owner: owner, column: column)
            }
        }
    }
}

@safe private struct ArrayReader {
    let bytes: UnsafeRawBufferPointer
    var position = 0

    mutating func take(_ count: Int) -> UnsafeRawBufferPointer? {
        guard unsafe count <= bytes.count - position else { return nil }
        defer { position += count }
        return unsafe UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
    }

    mutating func integer() -> Int32? { unsafe take(4).map { unsafe Int32(bigEndian: $0.loadUnaligned(as: Int32.self)) } }
}
