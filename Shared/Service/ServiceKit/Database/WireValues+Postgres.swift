package import PostgresClient
package import WireProtocol

/// In the database an id is a plain `uuid`.
extension TypeID: PostgresCodable {
    package static var postgresType: PostgresType { PostgresUUID.postgresType }

    /// Writes the `uuid`.
    package func encode(into parameter: inout PostgresParameters) {
        PostgresUUID(high: uuid.high, low: uuid.low).encode(into: &parameter)
    }

    package init(from value: PostgresValue) throws {
        let uuid = try PostgresUUID(from: value)
        self.init(UUIDBytes(high: uuid.high, low: uuid.low))
    }
}

/// In the database a moment is a `timestamptz`.
extension Timestamp: PostgresCodable {
    package static var postgresType: PostgresType { PostgresTimestamp.postgresType }

    /// Writes the `timestamptz`.
    package func encode(into parameter: inout PostgresParameters) {
        PostgresTimestamp(microseconds: microseconds).encode(into: &parameter)
    }

    package init(from value: PostgresValue) throws {
        self.init(microseconds: try PostgresTimestamp(from: value).microseconds)
    }
}

/// Rows are seen as the person's organisation: row-level security compares it with each row's.
extension Principal.Person: PostgresTenant {
    package var postgresTenant: String { organization.uuid.description }
}

/// Rows are seen as this organisation.
extension OrganizationID: PostgresTenant {
    package var postgresTenant: String { uuid.description }
}
