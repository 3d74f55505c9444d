internal import EventLoop

/// Statements that are sent together with one Sync: outside BEGIN … COMMIT that is one transaction.
final class Batch {
    struct Statement {
        var query: PostgresQuery
        /// Whether its rows are part of the answer.
        var isAnswered = true
    }

    /// One message that the server answers.
    enum Step {
        case prepare(PreparedStatement)
        case execute(PreparedStatement, isAnswered: Bool)
    }

    var statements: [Statement]
    let finish: (Result<[PostgresRows], PostgresError>) -> Void
    /// Whether it belongs to an open transaction, where a failed statement cannot be repeated.
    var isInTransaction = false
    /// Nobody waits for it any more: it need not be sent.
    var isAbandoned: () -> Bool = { false }

    // What the connection keeps about it while it is in flight.
    var steps: [Step] = []
    var position = 0
    var rows: [PostgresRows] = []
    var error: PostgresServerError?
    /// The server no longer has one of its statements: it is to be sent once more.
    var wantsRepetition = false
    private(set) var isRepeated = false
    var sentAt = Instant(nanoseconds: 0)

    init(_ statements: [Statement], finish: @escaping (Result<[PostgresRows], PostgresError>) -> Void) {
        self.statements = statements
        self.finish = finish
    }

    var size: Int { statements.reduce(0) { $0 + $1.query.size } }

    func prepareToRepeat() {
        steps.removeAll(keepingCapacity: true)
        position = 0
        rows = []
        error = nil
        wantsRepetition = false
        isRepeated = true
    }
}
