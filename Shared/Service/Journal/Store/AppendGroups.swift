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

    /// Finds what is to be appended to a journal by the place of its id: for so few rows, reading the arrays as a table and joining that costs
    /// PostgreSQL a quarter more. The ids are `$2`, the first numbers `$6`, so that each is sent once.
    ///
    /// - Returns: A statement that returns the journals that were written.
    private func statement(_ group: [Waiting]) -> PostgresQuery {
        let place: PostgresQuery = "array_position($2, \(unsafeSQL: kind.idColumn))"
        return """
            WITH fence AS (
                UPDATE \(unsafeSQL: kind.liveTable)
                SET head = (\(group.map(\.append.lastSequence)))[array_position(\(group.map(\.journal)), \(unsafeSQL: kind.idColumn))],
                    shown_limit = (\(group.map(\.append.shownLimit)))[\(fragment: place)],
                    journal_version = greatest(journal_version, \(kind.version))
                WHERE \(unsafeSQL: kind.idColumn) = ANY($2) AND epoch = (\(group.map(\.append.epoch)))[\(fragment: place)]
                    AND head = (\(group.map(\.append.firstSequence)))[\(fragment: place)] - 1
                RETURNING \(unsafeSQL: kind.idColumn), organization_id, epoch, head, \(fragment: place) AS place)
            INSERT INTO \(unsafeSQL: kind.eventTable)
                (\(unsafeSQL: kind.idColumn), first_seq, last_seq, organization_id, epoch, type, version, payload, private)
            SELECT \(unsafeSQL: kind.idColumn), ($6)[place], head, organization_id, epoch,
                (\(group.map { $0.append.events.last?.type ?? "" }))[place], \(kind.version),
                (\(group.map { PostgresJSON(bytes: $0.append.row.payload) }))[place],
                (\(group.map { $0.append.privateData.map { PostgresJSON(bytes: $0) } }))[place]
            FROM fence
            RETURNING \(unsafeSQL: kind.idColumn)
            """
    }
}
