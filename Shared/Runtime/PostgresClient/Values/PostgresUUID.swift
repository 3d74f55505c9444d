/// The 128 bits of a `uuid`, the first in `high`.
package struct PostgresUUID: Hashable, Sendable, Comparable {
    package var high: UInt64
    package var low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// From two words, as a loop makes a new id.
    package init(_ words: (high: UInt64, low: UInt64)) { self.init(high: words.high, low: words.low) }

    package static func < (left: PostgresUUID, right: PostgresUUID) -> Bool { (left.high, left.low) < (right.high, right.low) }
}

extension PostgresUUID: PostgresCodable {
    package static var postgresType: PostgresType { .uuid }

    package func encode(into parameter: inout PostgresParameters) {
        parameter.append(high)
        parameter.append(low)
    }

    package init(from value: PostgresValue) throws {
        guard value.type == .uuid || value.isNull else { throw value.mismatch("is no uuid") }
        let bits: UInt128 = try value.integer()
        self.init(high: UInt64(truncatingIfNeeded: bits >> 64), low: UInt64(truncatingIfNeeded: bits))
    }
}

/// The form with hyphens, as PostgreSQL writes it.
extension PostgresUUID: CustomStringConvertible {
    package var description: String {
        func digits(_ value: UInt64, from bit: UInt64, count: Int) -> String {
            let text = String(value >> bit & (UInt64.max >> UInt64(64 - 4 * count)), radix: 16)
            return String(repeating: "0", count: count - text.utf8.count) + text
        }
        return [
            digits(high, from: 32, count: 8), digits(high, from: 16, count: 4), digits(high, from: 0, count: 4),
            digits(low, from: 48, count: 4), digits(low, from: 0, count: 12),
        ].joined(separator: "-")
    }
}
