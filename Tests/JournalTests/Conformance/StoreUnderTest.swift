import EventLoop
import Journal
import PostgresClient
import ServiceKit
import Support
import WireProtocol

extension JournalKind {
    /// What the tests keep journals of.
    static let loan = JournalKind(schema: "library", name: "loan", version: 1, finalTypes: ["ended"])
}

/// The implementations that must behave alike.
enum StoreKind: CaseIterable, Sendable {
    case memory, postgresql
}

/// A store, and what of it is not the worker's affair.
struct StoreUnderTest {
    let loop: EventLoop
    let store: any JournalStore
    let begin: (JournalID, OrganizationID, WorkerID?) async throws -> Void
    let lapse: (WorkerID) async throws -> Void
    let wake: (JournalID) async throws -> Void

    /// Begins a journal in an organisation of its own.
    func make(holder: WorkerID? = nil) async throws -> JournalClaim {
        let claim = JournalClaim(id: JournalID(loop.makeID()), organizationID: OrganizationID(loop.makeID()))
        try await begin(claim.id, claim.organizationID, holder)
        return claim
    }

    /// A worker with a lease.
    func enlist() async throws -> WorkerID {
        let worker = WorkerID(loop.makeID())
        try await store.enlist(worker)
        return worker
    }
}

/// Runs `body` with a new store.
func withStore(_ kind: StoreKind, _ body: @escaping @Sendable (StoreUnderTest) async throws -> Void) async throws {
    switch kind {
    case .memory:
        try await withLoop { loop in
            let store = MemoryJournal(clock: loop)
            try await body(
                StoreUnderTest(
                    loop: loop, store: store, begin: { store.begin($0, in: $1, with: .said("0"), holder: $2) }, lapse: store.lapse,
                    wake: store.wake))
        }
    case .postgresql:
        try await withDatabase { loop, database in
            try await database.addService("library", loop)
            let setting = DatabaseConfiguration.tenantSetting
            let owner = PostgresClient(loop, database.configuration(user: "library_owner", tenantSetting: setting))
            defer { owner.close() }
            try await owner.transaction { try await $0.run(unsafeScript: StoreUnderTest.tables) }
            let client = PostgresClient(loop, database.configuration(user: "library", tenantSetting: setting))
            defer { client.close() }
            let store = PostgresJournal(client, .loan)
            try await body(
                StoreUnderTest(
                    loop: loop, store: store,
                    begin: {
                        let opening = store.opening($0, in: $1, with: [.said("0")], holder: $2)
                        try await client.as($1).query("WITH effect AS (SELECT 1)\(fragment: opening) SELECT FROM effect")
                    },
                    lapse: {
                        try await client.acrossTenants().query("UPDATE library.workers SET lease_until = now() WHERE id = \($0)")
                    },
                    wake: {
                        try await client.acrossTenants().query(
                            "UPDATE library.live_loans SET wake_at = now() WHERE loan_id = \($0) AND wake_at > now()")
                    }))
        }
    }
}

extension StoreUnderTest {
    fileprivate static let tables = """
        CREATE TABLE library.live_loans (
            loan_id uuid PRIMARY KEY, organization_id uuid NOT NULL, journal_version integer NOT NULL, epoch bigint NOT NULL, holder uuid,
            claims integer NOT NULL DEFAULT 0, head bigint NOT NULL, shown_limit bigint NOT NULL, wake_at timestamptz NOT NULL,
            cancel_requested boolean NOT NULL DEFAULT false, CHECK (shown_limit >= head));
        CREATE TABLE library.loan_events (
            loan_id uuid NOT NULL, first_seq bigint NOT NULL, last_seq bigint NOT NULL, organization_id uuid NOT NULL, epoch bigint NOT NULL,
            type text NOT NULL, version integer NOT NULL, payload json NOT NULL, private json, PRIMARY KEY (loan_id, first_seq));
        CREATE TABLE library.workers (id uuid PRIMARY KEY, lease_until timestamptz NOT NULL);
        CREATE FUNCTION library.is_visible(organization_id uuid) RETURNS boolean LANGUAGE sql STABLE
            RETURN current_setting('troupe.organization', true) IN (organization_id::text, '*');
        ALTER TABLE library.live_loans ENABLE ROW LEVEL SECURITY;
        ALTER TABLE library.loan_events ENABLE ROW LEVEL SECURITY;
        CREATE POLICY organization ON library.live_loans USING (library.is_visible(organization_id));
        CREATE POLICY organization ON library.loan_events USING (library.is_visible(organization_id));
        GRANT SELECT, INSERT, UPDATE, DELETE ON library.live_loans, library.loan_events, library.workers TO library;
        """
}
