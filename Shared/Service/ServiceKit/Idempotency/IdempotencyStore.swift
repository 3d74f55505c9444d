package import HTTPMessage
internal import JSON
package import PostgresClient
internal import WireProtocol

/// Answers a request that may be sent again, once: what it did and what was answered are committed together, for 24 hours.
///
/// The table stands in the schema of the service that owns the effect:
/// `idempotency_keys(organization_id, user_id, key, fingerprint, status, location, entity_tag, body, created_at)`, its key the first three.
/// Two requests with one key that run at the same time both do their work; the second finds the first's record when it writes its own,
/// so all that it did is rolled back, and it answers what the first did.
package struct IdempotencyStore: Sendable {
    private let table: String
    /// Another request with the key was recorded meanwhile.
    private struct RecordedMeanwhile: Error {}

    /// - Parameter schema: The service's own.
    package init(schema: String) { table = schema + ".idempotency_keys" }

    /// Runs `effect` in a transaction and records its answer in it; or answers what was recorded.
    /// Answers with credentials must not come this way: they would be stored.
    package func answer<Body: Codable>(
        _ context: RequestContext, in database: PostgresClient, as person: Principal.Person,
        _ effect: (PostgresTransaction) async throws -> Reply<Body>
    ) async throws -> Reply<Body> {
        guard let request = context.idempotency else { return try await database.as(person).transaction { try await effect($0) } }
        if let recorded: Reply<Body> = try await recorded(request, database, person) { return recorded }
        do {
            return try await database.as(person).transaction { transaction in
                let reply = try await effect(transaction)
                return try await record(reply, of: request, in: transaction, person)
            }
        } catch is RecordedMeanwhile {
            guard let recorded: Reply<Body> = try await recorded(request, database, person) else { throw Problem(.requestInProgress) }
            return recorded
        }
    }

    /// The same for an effect that is one statement, whose answer is known before: both are written in one round trip, and committed in a group.
    ///
    /// - Parameters:
    ///   - effect: Changes a row and returns 1; when it may not, it returns nothing.
    ///   - consequences: Further parts of the statement's `WITH`, each of which begins with a comma and reads from `effect`.
    /// - Returns: nil when the effect returned nothing.
    package func answer<Body: Codable>(
        _ context: RequestContext, in database: PostgresClient, as person: Principal.Person, _ reply: Reply<Body>, effect: PostgresQuery,
        consequences: PostgresQuery = ""
    ) async throws -> Reply<Body>? {
        let change: PostgresQuery = "WITH effect AS (\(fragment: effect))\(fragment: consequences)"
        guard let request = context.idempotency else {
            return try await database.as(person).submit(["\(fragment: change) SELECT FROM effect"]).first?.isEmpty == false ? reply : nil
        }
        let (reply, record) = try insertion(of: reply, request, person, from: "effect")
        do {
            // Should another request have used the key, the division by zero undoes everything. The number of the effect is in it so that nothing is
            // divided where there was no effect.
            let rows = try await database.as(person).submit([
                """
                \(fragment: change), record AS (\(fragment: record) RETURNING 1)
                SELECT 1 FROM effect AS e(n) WHERE least(e.n, 1) / (SELECT count(*) FROM record) = 1
                """
            ])
            if rows.first?.isEmpty == false { return reply }
        } catch PostgresError.server(let error) where error.state == .divisionByZero {}
        return try await recorded(request, database, person)
    }

    /// Writes the record, for who runs the transaction himself; returns the reply, encoded as it was recorded.
    package func record<Body: Codable>(
        _ reply: Reply<Body>, of request: IdempotentRequest, in transaction: some PostgresQueryable, _ person: Principal.Person
    ) async throws -> Reply<Body> {
        let (reply, statement) = try insertion(of: reply, request, person, from: "(SELECT) one")
        guard try await transaction.query(statement).affectedRows == 1 else { throw RecordedMeanwhile() }
        return reply
    }

    /// The reply, encoded as it is recorded, and the statement that records it for each row of a table; it changes nothing when there is a
    /// record with the key.
    private func insertion<Body: Codable>(
        of reply: Reply<Body>, _ request: IdempotentRequest, _ person: Principal.Person, from rows: String
    ) throws -> (Reply<Body>, PostgresQuery) {
        var reply = reply
        var json: PostgresJSON?
        if case .json(let body) = reply.content {
            let bytes = try JSONCodec.encode(body)
            json = PostgresJSON(bytes: bytes)
            reply.content = .encoded(bytes)
        }
        return (reply, recording(reply.status, reply.fields, json, of: request, person, from: rows))
    }

    /// The statement that records an answer for each row of a table; it changes nothing when there is a record with the key.
    ///
    /// - Parameter rows: The name of that table, or what stands for it after `FROM`.
    package func recording(
        _ status: HTTPStatus?, _ fields: HTTPFields, _ body: PostgresJSON? = nil, of request: IdempotentRequest, _ person: Principal.Person,
        from rows: String
    ) -> PostgresQuery {
        """
        INSERT INTO \(unsafeSQL: table) AS k (organization_id, user_id, key, fingerprint, status, location, entity_tag, body)
        SELECT \(person.organization), \(person.user), \(request.key), \(request.fingerprint), \(Int32(status?.code ?? 0)),
            \(fields[.location])::text, \(fields[.etag])::text, \(body)::json FROM \(unsafeSQL: rows)
        ON CONFLICT (organization_id, user_id, key) DO UPDATE SET fingerprint = excluded.fingerprint, status = excluded.status,
            location = excluded.location, entity_tag = excluded.entity_tag, body = excluded.body, created_at = now()
            WHERE k.created_at <= now() - interval '24 hours'
        """
    }

    /// The query of some columns of what is kept of an earlier request with a key.
    package func earlier(_ columns: String = "", under key: String?, _ person: Principal.Person) -> PostgresQuery {
        """
        SELECT \(unsafeSQL: columns) FROM \(unsafeSQL: table)
        WHERE organization_id = \(person.organization) AND user_id = \(person.user) AND key = \(key)
            AND created_at > now() - interval '24 hours'
        """
    }

    /// What was answered to an earlier request with this key; a problem 422 when that was another request.
    package func recorded<Body: Codable>(
        _ request: IdempotentRequest, _ database: PostgresClient, _ person: Principal.Person
    ) async throws -> Reply<Body>? {
        let rows = try await database.as(person).query(
            earlier("fingerprint, status, location, entity_tag, body", under: request.key, person))
        guard let row = rows.first else { return nil }
        let (fingerprint, status, location, entityTag, body) = try row.decode(
            ([UInt8], Int32, String?, String?, PostgresJSON?).self)
        guard fingerprint == request.fingerprint else { throw Problem(.idempotencyKeyReused) }
        var fields: HTTPFields = ["idempotent-replayed": "true"]
        if let location { fields.append(.location, location) }
        if let entityTag { fields.append(.etag, entityTag) }
        return Reply(
            status: status == 0 ? nil : HTTPStatus(code: Int(status)), fields: fields, body.map { .encoded($0.bytes) } ?? .none)
    }

    /// Forgets what is older than 24 hours, of all organisations; to be called now and then.
    package func purge(_ database: PostgresClient) async throws {
        try await database.acrossTenants().delete(from: table, where: "created_at < now() - interval '24 hours'")
    }
}
