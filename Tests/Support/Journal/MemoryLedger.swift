package import Journal
package import WireProtocol

/// Journals as the database keeps them, as a value: each function is one statement, atomic. Time is not in it: a lease is there until it lapses.
package struct MemoryLedger: Hashable {
    /// One journal.
    package struct Entry: Hashable {
        package let organization: OrganizationID
        /// nil: it has ended.
        package fileprivate(set) var live: Live?
        package fileprivate(set) var rows: [JournalRow]
    }

    /// What changes while a journal goes on.
    package struct Live: Hashable {
        package fileprivate(set) var epoch = 1
        package fileprivate(set) var holder: WorkerID?
        package fileprivate(set) var claims = 0
        package fileprivate(set) var head = 1
        package fileprivate(set) var shownLimit = 1
        package fileprivate(set) var isCancelRequested = false
        /// Whether nobody claims it before it is woken.
        package fileprivate(set) var isAtRest = false
    }

    package private(set) var entries: [JournalID: Entry] = [:]
    /// The workers whose lease is not over.
    package private(set) var leases: Set<WorkerID> = []

    package init() {}

    // MARK: Leases

    package mutating func enlist(_ worker: WorkerID) { leases.insert(worker) }

    package mutating func lapse(_ worker: WorkerID) { leases.remove(worker) }

    package mutating func claim(atMost limit: Int, for worker: WorkerID) -> [JournalClaim] {
        let free = entries.filter {
            $1.live.map { !$0.isAtRest && ($0.holder.map { $0 != worker && !leases.contains($0) } ?? true) } ?? false
        }
        return free.keys.sorted().prefix(limit).compactMap { id in
            entries[id]?.live?.epoch += 1
            entries[id]?.live?.holder = worker
            entries[id]?.live?.claims += 1
            return claim(id)
        }
    }

    package func held(by worker: WorkerID) -> [JournalClaim] {
        entries.keys.sorted().compactMap { entries[$0]?.live?.holder == worker ? claim($0) : nil }
    }

    package mutating func rest(_ journal: JournalID, epoch: Int, head: Int) -> Bool {
        guard var live = entries[journal]?.live, live.epoch == epoch, live.head == head, !live.isCancelRequested else { return false }
        (live.holder, live.epoch, live.claims, live.isAtRest) = (nil, epoch + 1, 0, true)
        entries[journal]?.live = live
        return true
    }

    package mutating func wake(_ journal: JournalID) { entries[journal]?.live?.isAtRest = false }

    private func claim(_ id: JournalID) -> JournalClaim? {
        guard let entry = entries[id], let live = entry.live else { return nil }
        return JournalClaim(
            id: id, organizationID: entry.organization, epoch: live.epoch, head: live.head, shownLimit: live.shownLimit,
            isCancelRequested: live.isCancelRequested, claims: live.claims)
    }

    // MARK: Journals

    package mutating func begin(
        _ journal: JournalID, in organization: OrganizationID, with event: JournalEvent, holder: WorkerID?
    ) {
        let row = JournalRow(firstSequence: 1, lastSequence: 1, epoch: 1, payload: JournalRow.payload(of: [event]))
        entries[journal] = Entry(organization: organization, live: Live(holder: holder), rows: [row])
    }

    package mutating func append(_ append: JournalAppend, to journal: JournalID) -> Bool {
        guard var live = entries[journal]?.live, live.epoch == append.epoch, live.head == append.firstSequence - 1 else { return false }
        live.shownLimit = append.shownLimit
        if !append.events.isEmpty {
            live.head = append.lastSequence
            entries[journal]?.rows.append(append.row)
        }
        entries[journal]?.live = append.isFinal ? nil : live
        return true
    }

    package mutating func delete(_ journal: JournalID) { entries[journal] = nil }

    package func position(of journal: JournalID, first: Int) -> JournalPosition {
        if let live = entries[journal]?.live { return .live(epoch: live.epoch, head: live.head, shownLimit: live.shownLimit) }
        return .ended(rowEpoch: entries[journal]?.rows.first { $0.firstSequence == first }?.epoch)
    }

    package func rows(of journal: JournalID, in organization: OrganizationID, after sequence: Int, limit: Int) -> [JournalRow] {
        guard let entry = entries[journal], entry.organization == organization else { return [] }
        return entry.rows.filter { $0.lastSequence > sequence && $0.firstSequence <= sequence + limit }
    }

    package mutating func requestCancellation(of journal: JournalID, in organization: OrganizationID) -> Bool {
        guard entries[journal]?.organization == organization, entries[journal]?.live != nil else { return false }
        entries[journal]?.live?.isCancelRequested = true
        wake(journal)
        return true
    }
}
