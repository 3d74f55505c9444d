package import PostgresClient
internal import ServiceKit

/// Journals in PostgreSQL. What changes one goes through the writer, which commits in groups; what is read goes beside it.
package final class PostgresJournal: JournalStore {
    package let kind: JournalKind
    package let database: PostgresClient
    let lease: Duration
    private let appends: AppendGroups

    /// - Parameter lease: How long others wait for a worker that beats no more; no less than the worker counts on.
    package init(_ database: PostgresClient, _ kind: JournalKind, lease: Duration = WorkerLease.duration) {
        self.database = database
        self.kind = kind
        self.lease = lease
        appends = AppendGroups(database, kind)
    }

    package func append(_ append: JournalAppend, to journal: JournalID) async throws(JournalError) -> Bool {
        if append.isFinal || append.events.isEmpty { return try await self.append(append, to: journal, with: "") }
        return try await translating { try await appends.append(append, to: journal) }
    }

    /// Workers work for all organisations; each row says whose it is.
    private var everyone: PostgresScope { database.acrossTenants() }

    /// Runs one statement through the writer.
    package func submit(_ query: PostgresQuery) async throws(JournalError) -> PostgresRows {
        try await translating {
            guard let rows = try await everyone.submit([query]).first else { throw PostgresError.refused("no rows") }
            return rows
        }
    }

    /// Runs one statement beside the writer.
    package func read(_ query: PostgresQuery) async throws(JournalError) -> PostgresRows {
        try await translating { try await everyone.query(query) }
    }

    /// Says in the journal's words what went wrong in the database.
    func translating<T>(_ body: () async throws -> T) async throws(JournalError) -> T {
        do { return try await body() } catch let error as PostgresError {
            switch error {
            case .outcomeUnknown: throw .outcomeUnknown
            case .server(let refusal) where !refusal.state.isPassing: throw .refused(refusal.description)
            case .refused(let reason): throw .refused(reason)
            default: throw .unavailable(error.description)
            }
        } catch is CancellationError { throw .unavailable("cancelled") } catch { throw .refused("\(error)") }
    }
}
