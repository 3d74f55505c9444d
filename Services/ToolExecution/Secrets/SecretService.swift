internal import Cryptography
internal import EventLoop
internal import HTTPMessage
internal import PostgresClient
internal import ServiceKit
internal import WireProtocol

/// Keeps the secrets of organisations, sealed, and gives them to the proxy alone.
final class SecretService {
    private let loop: EventLoop
    private let database: PostgresClient
    /// nil: the installation has no key to seal with.
    private let keyring: EnvelopeKeyring?

    private static let mostSecrets = 200

    init(loop: EventLoop, database: PostgresClient, keyring: EnvelopeKeyring?) {
        self.loop = loop
        self.database = database
        self.keyring = keyring
    }

    // MARK: For people

    /// Keeps a secret; whether it was kept before, by the same request.
    func create(
        _ request: CreateSecret, idempotencyKey: String?, of person: Principal.Person
    ) async throws -> (Secret, isReplayed: Bool) {
        guard let keyring else { throw Problem(.unavailable, detail: "MASTER_KEYS is not set: secrets cannot be kept here") }
        let header = try Self.validated(request)
        let secret = Secret(
            id: SecretID(loop.makeID()), name: request.name, hosts: request.hosts, header: header.lowercased, prefix: request.prefix ?? "",
            createdAt: Timestamp(microseconds: loop.wallClock))
        let sealed = try keyring.seal(Array(request.value.utf8), associatedData: Self.place(secret.id, person.organization))
        let record = SecretStore.Record(secret: secret, sealedValue: sealed, idempotencyKey: idempotencyKey)
        return try await database.as(person.organization).transaction { transaction in
            // Those of one organisation come one after another: otherwise two would each see neither the other's key nor its place.
            try await SecretStore.lock(person.organization, in: transaction)
            let known = try await earlier(request, secret, under: idempotencyKey, of: person, in: transaction)
            if let known { return (known, true) }
            if try await SecretStore.insert(record, of: person, limit: Self.mostSecrets, in: transaction) { return (secret, false) }
            guard try await SecretStore.find([request.name], of: person.organization, in: transaction).isEmpty else {
                throw Problem(.conflict, detail: "there is a secret of this name")
            }
            throw Problem(.quotaExceeded, detail: "an organisation may have \(Self.mostSecrets) secrets")
        }
    }

    /// What the request has made before, under its key; a problem 422 when that was another request.
    private func earlier(
        _ request: CreateSecret, _ secret: Secret, under key: String?, of person: Principal.Person, in scope: some PostgresQueryable
    ) async throws -> Secret? {
        guard let key, let known = try await SecretStore.find(key: key, of: person, now: secret.createdAt, in: scope) else { return nil }
        let value = try open(known, of: person.organization)
        let same =
            known.secret.name == secret.name && known.secret.hosts == secret.hosts && known.secret.header == secret.header
            && known.secret.prefix == secret.prefix
            && ConstantTime.areEqual(value, Array(request.value.utf8))
        guard same else { throw Problem(.idempotencyKeyReused) }
        return known.secret
    }

    func list(_ page: PageQuery, of person: Principal.Person) async throws -> Page<Secret> {
        let limit = page.effectiveLimit
        let before = try page.cursor.map { try ListCursor.read($0, SecretID.init) }
        let secrets = try await SecretStore.list(
            of: person.organization, before: before, limit: limit + 1, in: database.as(person.organization))
        return Page(secrets, limit: limit) { $0.id.description }
    }

    func delete(_ id: SecretID, of person: Principal.Person) async throws {
        let isDeleted = try await SecretStore.delete(id, of: person.organization, in: database.as(person.organization))
        if !isDeleted { throw Problem(.notFound) }
    }

    /// Which of these names are no secrets of an organisation.
    func unknown(_ names: [String], of organization: OrganizationID) async throws -> Set<String> {
        guard !names.isEmpty else { return [] }
        let known = try await SecretStore.find(names, of: organization, in: database.as(organization)).map(\.secret.name)
        return Set(names).subtracting(known)
    }

    // MARK: For the proxy

    /// The fields to put into a request to a server, of the secrets with these names that are meant for it.
    func fields(_ names: [String], for host: String, port: UInt16, of organization: OrganizationID) async throws -> [(
        HTTPFieldName, String
    )] {
        guard !names.isEmpty else { return [] }
        var fields: [(HTTPFieldName, String)] = []
        for record in try await SecretStore.find(names, of: organization, in: database.as(organization)) {
            let isMeant = record.secret.hosts.compactMap(HostPattern.init).contains { $0.matches(host, port: port) }
            guard isMeant, let name = HTTPFieldName(record.secret.header) else { continue }
            fields.append((name, record.secret.prefix + String(decoding: try open(record, of: organization), as: UTF8.self)))
        }
        return fields
    }

    private func open(_ record: SecretStore.Record, of organization: OrganizationID) throws -> [UInt8] {
        guard let keyring else { throw Problem(.unavailable, detail: "MASTER_KEYS is not set: secrets cannot be opened here") }
        return try keyring.open(record.sealedValue, associatedData: Self.place(record.secret.id, organization))
    }

    /// Binds a sealed value to its row: in another one it does not open.
    private static func place(_ id: SecretID, _ organization: OrganizationID) -> [UInt8] {
        Array("tool_execution.secrets.sealed_value \(organization) \(id)".utf8)
    }

    private static let refusedHeaders: Set<String> = [
        "host", "connection", "content-length", "transfer-encoding", "expect", "te", "trailer", "upgrade", "keep-alive",
    ]

    private static func validated(_ request: CreateSecret) throws -> HTTPFieldName {
        var errors: [FieldError] = []
        if !isName(request.name) { errors.append(FieldError(pointer: "/name", detail: "must be letters, digits, _, . and -")) }
        for (index, host) in request.hosts.enumerated() where HostPattern(host)?.isAny != false {
            errors.append(FieldError(pointer: "/hosts/\(index)", detail: "must be like example.com or *.example.com"))
        }
        let header = HTTPFieldName(request.header ?? "authorization")
        if header.map({ refusedHeaders.contains($0.lowercased) }) ?? true {
            errors.append(FieldError(pointer: "/header", detail: "is no field that can hold a secret"))
        }
        for (pointer, text) in [("/value", request.value), ("/prefix", request.prefix ?? "")]
        where !text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) {
            errors.append(FieldError(pointer: pointer, detail: "must be of printable ASCII characters"))
        }
        guard errors.isEmpty, let header else { throw Problem(.validationFailed, errors: errors) }
        return header
    }

    private static func isName(_ name: String) -> Bool {
        name.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "_.-".utf8.contains(byte)
        }
    }
}
