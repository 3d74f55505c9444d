internal import Cryptography
internal import PostgresClient
internal import ServiceKit
internal import WireProtocol

/// The rows of files.
struct FileStore {
    let database: PostgresClient
    /// What one organisation may store, in bytes.
    let quota: Int

    private static let columns: PostgresQuery = "id, name, size, media_type, sha256, created_at, conversation_id, run_id"

    /// How many bytes a request may bring: what the organisation may still store, which `insert` counts again and for good, or as many as
    /// the first request with this key, whose answer is given again whatever has been stored since.
    func room(of person: Principal.Person, key: String?) async throws -> Int {
        let room: Int64 = try await database.as(person).query(
            """
            SELECT greatest(
                \(quota) - coalesce((SELECT bytes FROM usage WHERE organization_id = \(person.organization)), 0),
                (\(fragment: IdempotencyStore(schema: "file").earlier("(body->>'size')::bigint", under: key, person))),
                0)
            """
        ).single()
        return Int(room)
    }

    /// The problem of who would store more than is allowed.
    var quotaExceeded: Problem { Problem(.quotaExceeded, detail: "the organisation may store \(quota) bytes") }

    /// Adds a file and counts it; a problem 403 when the organisation's quota does not allow it.
    func insert(_ file: NewFile, of person: Principal.Person, in transaction: PostgresTransaction) async throws -> File {
        let counted = try await transaction.query(
            """
            INSERT INTO usage AS u (organization_id, bytes) SELECT \(person.organization), \(file.size) WHERE \(file.size) <= \(quota)
            ON CONFLICT (organization_id) DO UPDATE SET bytes = u.bytes + excluded.bytes WHERE u.bytes + excluded.bytes <= \(quota)
            """)
        guard counted.affectedRows == 1 else { throw quotaExceeded }
        let rows = try await transaction.query(
            """
            INSERT INTO files (id, organization_id, user_id, name, media_type, size, sha256, conversation_id, run_id)
            VALUES (\(file.id), \(person.organization), \(person.user), \(file.name), \(file.mediaType), \(file.size), \(file.sha256),
                \(file.conversationID), \(file.runID))
            RETURNING \(fragment: Self.columns)
            """)
        guard let row = rows.first else { throw Problem(.internalError) }
        return try Self.file(row)
    }

    /// A person's file; nil when it is somebody else's or does not exist.
    func find(_ id: FileID, of person: Principal.Person) async throws -> File? {
        try await database.as(person).query(
            "SELECT \(fragment: Self.columns) FROM files WHERE id = \(id) AND user_id = \(person.user)"
        ).first.map(Self.file)
    }

    /// Anybody's file: for who showed a valid signature.
    func findSigned(_ id: FileID) async throws -> File? {
        try await database.acrossTenants().query("SELECT \(fragment: Self.columns) FROM files WHERE id = \(id)").first.map(Self.file)
    }

    /// A person's files, newest first, before a cursor.
    func list(of person: Principal.Person, conversation: ConversationID?, before: FileID?, limit: Int) async throws -> [File] {
        try await database.as(person).query(
            """
            SELECT \(fragment: Self.columns) FROM files
            WHERE organization_id = \(person.organization) AND user_id = \(person.user)
                AND (\(conversation)::uuid IS NULL OR conversation_id = \(conversation)) AND (\(before)::uuid IS NULL OR id < \(before))
            ORDER BY id DESC LIMIT \(limit)
            """
        ).map(Self.file)
    }

    /// Removes a person's file and counts it off. Returns false when there is none.
    func delete(_ id: FileID, of person: Principal.Person) async throws -> Bool {
        try await database.as(person).transaction { transaction in
            let rows = try await transaction.query("DELETE FROM files WHERE id = \(id) AND user_id = \(person.user) RETURNING size")
            guard let size = try rows.first?.decode(Int64.self, at: 0) else { return false }
            try await transaction.query(
                "UPDATE usage SET bytes = greatest(0, bytes - \(size)) WHERE organization_id = \(person.organization)")
            return true
        }
    }

    private static func file(_ row: PostgresRow) throws -> File {
        let (id, name, size, mediaType, sha256, createdAt, conversation, run) = try row.decode(
            (FileID, String, Int64, String, [UInt8], Timestamp, ConversationID?, RunID?).self)
        return File(
            id: id, name: name, size: Int(size), mediaType: mediaType, sha256: Hexadecimal.encode(sha256), createdAt: createdAt,
            conversationID: conversation, runID: run)
    }
}
