internal import JSON
package import Journal
package import WireProtocol

/// What is kept of runs in the transactions of their journal.
package protocol RunJournal: AnyObject {
    /// ACCEPT: message, run, first event and the record of the request's key, all or nothing.
    func accept(_ acceptance: RunAcceptance) async throws(JournalError) -> AcceptanceOutcome
    /// What a run was accepted with.
    func record(of claim: JournalClaim) async throws(JournalError) -> RunRecord
    /// What the model calls of a run used that its journal holds; nil: no provider said.
    func used(by run: RunID) async throws(JournalError) -> TokenUsage?
    /// APPEND, and what changes with it. False: nothing was written, because the epoch or the head is another.
    ///
    /// - Parameter finishedAt: When the run ends, if it does.
    func append(_ append: JournalAppend, with effects: RunEffects, to run: RunID, finishedAt: Timestamp?) async throws(JournalError) -> Bool
    /// Whether it is decided on a call that the run waits for. As long as it is not, the run is let go of, in the same transaction.
    func standing(of call: Int, in claim: JournalClaim) async throws -> ApprovalStanding
}

extension JournalKind {
    /// Journals of runs.
    package static let run = JournalKind(
        schema: "agent", name: "run", version: 3,
        finalTypes: Set(RunEvent.Tag.allCases.filter(\.isFinal).map(\.rawValue)))
}

extension JournalEvent {
    /// A new event of a run.
    package init(_ event: RunEvent) {
        // Only a number that is not finite cannot be encoded, and no event has one.
        let data = (try? JSONCodec.encode(event)) ?? Array(#"{"type":"unknown"}"#.utf8)
        self.init(type: event.tag.rawValue, data: data, isFinal: event.tag.isFinal)
    }
}

extension RunEvent {
    /// An event of the journal; throws `CorruptJournal` when it cannot be read.
    package init(stored data: [UInt8]) throws {
        do { self = try JSONCodec.decode(RunEvent.self, from: data, unknownFields: .ignored) } catch {
            throw CorruptJournal("an event cannot be read: \(error)")
        }
    }
}

extension JournalClaim {
    /// The run that the journal is of.
    package var runID: RunID { RunID(id.uuid) }
}

extension RunID {
    /// The journal of the run.
    package var journalID: JournalID { JournalID(uuid) }
}
