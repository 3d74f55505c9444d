/// A `timestamptz` (or a `timestamp` that means UTC): microseconds since 1970-01-01T00:00:00Z.
package struct PostgresTimestamp: Hashable, Sendable, Comparable {
    package var microseconds: Int64

    package init(microseconds: Int64) { self.microseconds = microseconds }

    package static func < (left: PostgresTimestamp, right: PostgresTimestamp) -> Bool { left.microseconds < right.microseconds }

    /// The server counts from 2000-01-01.
    private static let epoch: Int64 = 946_684_800_000_000
}

extension PostgresTimestamp: PostgresCodable {
    package static var postgresType: PostgresType { .timestamptz }

    package func encode(into parameter: inout PostgresParameters) {
        let (value, overflow) = microseconds.subtractingReportingOverflow(Self.epoch)
        if overflow { parameter.refuse("a time before the server's first") }
        parameter.append(value)
    }

    package init(from value: PostgresValue) throws {
        guard value.type == .timestamptz || value.type == .timestamp || value.isNull else { throw value.mismatch("is no timestamp") }
        let (microseconds, overflow) = try value.integer(Int64.self).addingReportingOverflow(Self.epoch)
        // `infinity` and `-infinity` are the ends of the range.
        guard !overflow, microseconds != .min + Self.epoch else { throw value.mismatch("is infinite") }
        self.init(microseconds: microseconds)
    }
}
