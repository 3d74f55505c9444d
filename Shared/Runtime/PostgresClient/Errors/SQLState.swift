/// The server's code of an error, five characters. The first two are its class.
package struct SQLState: RawRepresentable, Hashable, Sendable {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    package static let divisionByZero = SQLState(rawValue: "22012")
    package static let foreignKeyViolation = SQLState(rawValue: "23503")
    package static let uniqueViolation = SQLState(rawValue: "23505")
    package static let checkViolation = SQLState(rawValue: "23514")
    package static let invalidStatementName = SQLState(rawValue: "26000")
    package static let serializationFailure = SQLState(rawValue: "40001")
    package static let deadlockDetected = SQLState(rawValue: "40P01")
    package static let insufficientPrivilege = SQLState(rawValue: "42501")
    package static let featureNotSupported = SQLState(rawValue: "0A000")
    package static let lockNotAvailable = SQLState(rawValue: "55P03")
    package static let queryCanceled = SQLState(rawValue: "57014")

    /// Whether the same statement may work another time: lost connections, conflicts between transactions, time-outs and locks, lack of resources, a
    /// server that stops, that only reads for now, or whose disk fails.
    package var isPassing: Bool { ["08", "40", "53", "55", "57", "58", "25006"].contains { rawValue.hasPrefix($0) } }

    /// Codes whose message quotes what a client sent: bad data, and what functions raise.
    var mayQuoteValues: Bool { rawValue.hasPrefix("22") || rawValue.hasPrefix("P0") }
}
