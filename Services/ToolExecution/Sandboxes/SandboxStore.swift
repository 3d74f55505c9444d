internal import JSON
internal import PostgresClient
internal import WireProtocol

/// The rows of sandboxes, and of the processes that hold them.
enum SandboxStore {
    /// A sandbox as its row says.
    struct Record {
        var id: SandboxID
        var owner: SandboxOwner
        var language: CodeLanguage
        var timeoutSeconds: Int
        var node: PostgresUUID
        var isRunning: Bool
        var createdAt: Timestamp
        var usedAt: Timestamp
        var template = SandboxTemplate.codeInterpreter
        var metadata: [String: String] = [:]
        /// When it ends whether it is used or not.
        var endsAt: Timestamp?
        /// With the bytes that it allows; nil: none.
        var network: NetworkGrant?
        var tier = SandboxTier.namespaces.rawValue
        var isPaused = false
        /// Whether it lives as long as a call of a tool; such ones are counted, and not found.
        var isOfCall = false

        /// As the API shows it.
        var answer: Sandbox {
            Sandbox(
                id: id, template: template, language: language, status: isRunning ? .running : .ended, timeoutS: timeoutSeconds,
                createdAt: createdAt, expiresAt: endsAt ?? usedAt.advanced(by: .seconds(timeoutSeconds)), metadata: metadata,
                paused: isPaused && isRunning, tier: tier, network: network)
        }
    }

    /// Writes a running sandbox with its limits, unless there is no room for it in the plan; then the answer is the problem.
    static func insert(
        _ record: Record, _ limits: SandboxLimits, within plan: SandboxPlan, in transaction: some PostgresQueryable
    ) async throws -> Problem? {
        // Creations of one organisation come one after another: otherwise two would each count without the other.
        try await transaction.query(
            "SELECT pg_advisory_xact_lock(hashtextextended('sandboxes ' || \(record.owner.organization.description), 0))")
        let (count, memory, disk) =
            try await transaction.query(
                """
                SELECT count(*) FILTER (WHERE is_of_call = \(record.isOfCall)), coalesce(sum(memory_bytes), 0)::bigint, coalesce(sum(disk_bytes), 0)::bigint FROM tool_execution.sandboxes
                WHERE organization_id = \(record.owner.organization) AND status = 'running'
                """
            ).first?.decode((Int, Int, Int).self) ?? (0, 0, 0)
        let given = SandboxPlan.Given(sandboxes: count, memoryBytes: memory, diskBytes: disk)
        if let refusal = plan.refusal(of: limits, beside: given) { return refusal }
        try await transaction.query(
            """
            INSERT INTO tool_execution.sandboxes
                (id, organization_id, user_id, conversation_id, language, timeout_s, node_id, created_at, used_at,
                template, metadata, ends_at, network, tier, memory_bytes, disk_bytes, is_of_call)
            VALUES (\(record.id), \(record.owner.organization), \(record.owner.user), \(record.owner.conversation), \(record.language.rawValue),
                \(record.timeoutSeconds), \(record.node), \(record.createdAt), \(record.usedAt),
                \(record.template.rawValue), \(PostgresJSON(bytes: try JSONCodec.encode(record.metadata)))::jsonb, \(record.endsAt),
                \(try record.network.map { PostgresJSON(bytes: try JSONCodec.encode($0)) }), \(record.tier),
                \(limits.memoryBytes), \(limits.diskBytes), \(record.isOfCall))
            """)
        return nil
    }

    /// `locked`: nobody else can change it before the end of the transaction.
    static func find(
        _ id: SandboxID, of user: UserID, locked: Bool = false, in queryable: some PostgresQueryable
    ) async throws -> Record? {
        try await queryable.query(
            "\(fragment: select) WHERE id = \(id) AND user_id = \(user) AND NOT is_of_call \(fragment: locked ? "FOR UPDATE" : "")"
        ).first.map(record)
    }

    /// Newest first, those before `id`, of one status and with these metadata.
    static func list(
        of user: UserID, before id: SandboxID?, limit: Int, isRunning: Bool?, isPaused: Bool?, metadata: [String: String],
        in queryable: some PostgresQueryable
    ) async throws -> [Record] {
        try await queryable.query(
            """
            \(fragment: select) WHERE user_id = \(user) AND NOT is_of_call AND (\(id)::uuid IS NULL OR id < \(id)::uuid)
                AND (\(isRunning)::boolean IS NULL OR (status = 'running') = \(isRunning)::boolean)
                AND (\(isPaused)::boolean IS NULL OR is_paused = \(isPaused)::boolean)
                AND metadata @> \(PostgresJSON(bytes: try JSONCodec.encode(metadata)))::jsonb
            ORDER BY id DESC LIMIT \(limit)
            """
        ).map(record)
    }

    /// Changes how long a running sandbox lives and what is said of it; nil leaves what there is.
    static func update(
        _ id: SandboxID, timeoutSeconds: Int?, endsAt: Timestamp?, metadata: [String: String], now: Timestamp,
        in queryable: some PostgresQueryable
    ) async throws {
        try await queryable.query(
            """
            UPDATE tool_execution.sandboxes SET timeout_s = coalesce(\(timeoutSeconds)::integer, timeout_s), used_at = \(now),
                ends_at = coalesce(\(endsAt)::timestamptz, ends_at), metadata = \(PostgresJSON(bytes: try JSONCodec.encode(metadata)))::jsonb
            WHERE id = \(id) AND status = 'running'
            """)
    }

    /// Notes that everything in a running sandbox is stopped, or goes on.
    static func setPaused(_ id: SandboxID, _ isPaused: Bool, in queryable: some PostgresQueryable) async throws {
        try await queryable.query("UPDATE tool_execution.sandboxes SET is_paused = \(isPaused) WHERE id = \(id) AND status = 'running'")
    }

    /// Notes that a sandbox is used; false when its row does not say that it runs.
    static func touch(_ id: SandboxID, now: Timestamp, in queryable: some PostgresQueryable) async throws -> Bool {
        try await queryable.query(
            "UPDATE tool_execution.sandboxes SET used_at = \(now) WHERE id = \(id) AND status = 'running'"
        ).affectedRows > 0
    }

    static func end(_ id: SandboxID, _ reason: SandboxEndReason, now: Timestamp, in queryable: some PostgresQueryable) async throws {
        try await queryable.query(
            """
            UPDATE tool_execution.sandboxes SET status = 'ended', end_reason = \(reason.rawValue), ended_at = \(now)
            WHERE id = \(id) AND status = 'running'
            """)
    }

    /// Ends the rows of a conversation's sandboxes of which nobody has told that they ended, that of another living process excepted: the next
    /// one takes their place.
    static func endThose(
        of conversation: ConversationID, heldHereOrNowhere node: PostgresUUID, now: Timestamp, in queryable: some PostgresQueryable
    ) async throws {
        try await queryable.query(
            """
            UPDATE tool_execution.sandboxes SET status = 'ended', end_reason = \(SandboxEndReason.lost.rawValue), ended_at = \(now)
            WHERE conversation_id = \(conversation) AND status = 'running' AND (node_id = \(node) OR NOT EXISTS (
                SELECT FROM tool_execution.nodes WHERE id = node_id AND lease_until > clock_timestamp()))
            """)
    }

    /// Which process has the running sandbox of a conversation.
    static func node(of conversation: ConversationID, in queryable: some PostgresQueryable) async throws -> PostgresUUID? {
        try await queryable.query(
            "SELECT node_id FROM tool_execution.sandboxes WHERE conversation_id = \(conversation) AND status = 'running'"
        ).first?.decode(at: 0)
    }

    /// Which process has a running sandbox.
    static func node(of id: SandboxID, in queryable: some PostgresQueryable) async throws -> PostgresUUID? {
        try await queryable.query("SELECT node_id FROM tool_execution.sandboxes WHERE id = \(id) AND status = 'running'").first?.decode(
            at: 0)
    }

    /// Why the last sandbox of a conversation that has ended did so.
    static func lastEndReason(of conversation: ConversationID, in queryable: some PostgresQueryable) async throws -> SandboxEndReason? {
        try await queryable.query(
            """
            SELECT end_reason FROM tool_execution.sandboxes WHERE conversation_id = \(conversation) AND status = 'ended'
            ORDER BY ended_at DESC LIMIT 1
            """
        ).first.flatMap { SandboxEndReason(rawValue: try $0.decode(String.self, at: 0)) }
    }

    /// Ends the rows of all sandboxes of one process.
    static func endAll(
        of node: PostgresUUID, _ reason: SandboxEndReason, now: Timestamp, in queryable: some PostgresQueryable
    ) async throws {
        try await queryable.query(
            """
            UPDATE tool_execution.sandboxes SET status = 'ended', end_reason = \(reason.rawValue), ended_at = \(now)
            WHERE node_id = \(node) AND status = 'running'
            """)
    }

    private static let select: PostgresQuery = """
        SELECT id, organization_id, user_id, conversation_id, language, timeout_s, node_id, status = 'running', created_at, used_at,
            template, metadata::json, ends_at, network, tier, is_paused
        FROM tool_execution.sandboxes
        """

    private static func record(_ row: PostgresRow) throws -> Record {
        let (
            id, organization, user, conversation, language, timeout, node, isRunning, createdAt, usedAt, template, metadata, endsAt,
            network,
            tier, isPaused
        ) =
            try row.decode(
                (
                    SandboxID, OrganizationID, UserID, ConversationID?, String, Int, PostgresUUID, Bool, Timestamp, Timestamp, String,
                    PostgresJSON, Timestamp?, PostgresJSON?, String, Bool
                ).self)
        return Record(
            id: id, owner: SandboxOwner(organization: organization, user: user, conversation: conversation),
            language: CodeLanguage(rawValue: language) ?? .unknown, timeoutSeconds: timeout, node: node, isRunning: isRunning,
            createdAt: createdAt, usedAt: usedAt, template: SandboxTemplate(rawValue: template) ?? .unknown,
            metadata: try JSONCodec.decode([String: String].self, from: metadata.bytes, unknownFields: .ignored), endsAt: endsAt,
            network: try network.map { try JSONCodec.decode(NetworkGrant.self, from: $0.bytes, unknownFields: .ignored) }, tier: tier,
            isPaused: isPaused)
    }
}
