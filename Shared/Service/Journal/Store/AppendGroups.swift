internal import EventLoop
internal import PostgresClient
internal import ServiceKit
internal import WireProtocol

/// Appends that change nothing besides their journals: all that wait while the writer is busy become one statement. It costs the database a fifth of
/// what a statement each would, so the groups are soon done, and small.
final class AppendGroups {
    private struct Waiting {
        let append: JournalAppend
        let journal: JournalID
        let resumption: Resumption<Bool>
    }

    private let database: PostgresClient
    private let kind: JournalKind
    private var waiting: [Waiting] = []
    private var isSubmitted = false

    private static let sizeLimit = 128
    private static let waitingLimit = 4096

    init(_ database: PostgresClient, _ kind: JournalKind) {
        self.database = database
        self.kind = kind
    }

    /// Whether it was written.
    func append(_ append: JournalAppend, to journal: JournalID) async throws -> Bool {
        guard waiting.count < Self.waitingLimit else { throw PostgresError.overloaded }
        do {
            return try await database.loop.suspend { resumption in
                waiting.append(Waiting(append: append, journal: journal, resumption: resumption))
                submit()
            }
        } catch is CancellationError {
            // It is on its way, or will be.
            throw PostgresError.outcomeUnknown
        }
    }

    private func submit() {
        guard !isSubmitted, !waiting.isEmpty else { return }
        isSubmitted = true
        database.loop.spawnUnobserved { [self] in
            var group: [Waiting] = []
            let result: Result<PostgresRows, any Error>
            do {
                let rows = try await database.acrossTenants().submit { [self] in
                    group = take()
                    return statement(group)
                }
                result = .success(rows)
            } catch { result = .failure(error) }
            if group.isEmpty { group = take() }
            await conclude(group, result)
        }
    }

    /// What goes out together now: one append for each journal.
    private func take() -> [Waiting] {
        isSubmitted = false
        var (group, rest): ([Waiting], [Waiting]) = ([], [])
        var journals: Set<JournalID> = []
        for next in waiting {
            if group.count < Self.sizeLimit, journals.insert(next.journal).inserted { group.append(next) } else { rest.append(next) }
        }
        waiting = rest
        submit()
        return group
    }

    private func conclude(_ group: [Waiting], _ result: Result<PostgresRows, any Error>) async {
        switch result {
        case .success(let rows):
            let written = Set(rows.compactMap { try? $0.decode(JournalID.self, at: 0) })
            for member in group { member.resumption.resume(returning: written.contains(member.journal)) }
        case .failure(PostgresError.server) where group.count > 1, .failure(PostgresError.refused) where group.count > 1:
            // One of them was refused, and with it all: each is tried alone.
            for member in group {
                let result: Result<PostgresRows, any Error>
                do { result = .success(try await database.acrossTenants().submit { [self] in statement([member]) }) } catch {
                    result = .failure(error)
                }
                await conclude([member], result)
            }
        case .failure(let error): for member in group { member.resumption.resume(throwing: error) }
        }
    }

    /// - Returns: A statement that returns the journals that were written.
    private func statement(_ group: [Waiting]) -> PostgresQuery {
        let ids = group.map(\.journal)
        return """
            WITH append AS (
                SELECT * FROM unnest(\(ids), \(group.map(\.append.epoch)), \(group.map(\.append.firstSequence)),
                    \(group.map(\.append.lastSequence)), \(group.map(\.append.shownLimit)), \(group.map { $0.append.events.last?.type ?? "" }),
                    \(group.map { PostgresJSON(bytes: $0.append.row.payload) }),
                    \(group.map { $0.append.privateData.map { PostgresJSON(bytes: $0) } }))
                AS a(id, epoch, first_seq, last_seq, shown_limit, type, payload, private)),
            fence AS (
                UPDATE \(unsafeSQL: kind.liveTable) l SET head = a.last_seq, shown_limit = a.shown_limit,
                    journal_version = greatest(l.journal_version, \(kind.version))
                FROM append a
                WHERE l.\(unsafeSQL: kind.idColumn) = ANY(\(ids)) AND l.\(unsafeSQL: kind.idColumn) = a.id AND l.epoch = a.epoch
                    AND l.head = a.first_seq - 1
                RETURNING l.organization_id, a.*)
            INSERT INTO \(unsafeSQL: kind.eventTable)
                (\(unsafeSQL: kind.idColumn), first_seq, last_seq, organization_id, epoch, type, version, payload, private)
            SELECT id, first_seq, last_seq, organization_id, epoch, type, \(kind.version), payload, private FROM fence
            RETURNING \(unsafeSQL: kind.idColumn)
            """
    }
}
