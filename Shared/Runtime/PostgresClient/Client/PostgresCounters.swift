/// What a client has done since it was made, for metrics.
package struct PostgresCounters: Sendable, Equatable {
    /// Statements answered, refused ones included; one submission to the writer counts as one.
    package var statements = 0
    /// Those that failed, for whatever reason.
    package var errors = 0
    /// The time from sending to the answer, summed up over all statements.
    package var latency: Duration = .zero
    package var connectionsOpened = 0
    package var connectionsLost = 0
    package var transactionsCommitted = 0
    package var transactionsRolledBack = 0

    package init() {}
}

/// The counters that all connections of a client write to.
final class CounterBox {
    var counters = PostgresCounters()
}
