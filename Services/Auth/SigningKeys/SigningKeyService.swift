internal import Cryptography
internal import EventLoop
internal import PostgresClient
internal import ServiceKit
internal import Telemetry
internal import WireProtocol

/// Keeps the keys that sign tokens: makes the first one and its successors, and knows on each loop what the others made.
final class SigningKeyService {
    private let loop: EventLoop
    private let database: PostgresClient
    private let keyring: EnvelopeKeyring
    private let log: Logger
    private var ring: SigningKeyRing?

    private static let interval = Duration.seconds(60)
    private static let retryInterval = Duration.seconds(1)

    init(loop: EventLoop, database: PostgresClient, keyring: EnvelopeKeyring, log: Logger) {
        self.loop = loop
        self.database = database
        self.keyring = keyring
        self.log = log
    }

    /// The key that signs now; a problem `unavailable` until keys have been read once.
    func signer() throws -> JWTSigner {
        guard let signer = ring?.signer(at: loop.wallClock) else { throw SigningKeyService.unavailable }
        return signer
    }

    /// The public keys; a problem `unavailable` until keys have been read once.
    var published: JSONWebKeySet {
        get throws {
            guard let ring else { throw SigningKeyService.unavailable }
            return ring.published
        }
    }

    /// Reads the keys again and again until cancelled, and makes and forgets them when it is time. Throws when the schema is older than
    /// this program, and when a key cannot be opened.
    func run() async throws {
        while true {
            do {
                // Here and not before it listens: auth starts without its database, and verifiers find it when that is back.
                if ring == nil { try await AuthServer.migrator().requireVersion(client: database) }
                try await load()
                try await loop.sleep(for: SigningKeyService.interval)
            } catch let error as PostgresError {
                log.warning("the signing keys cannot be read", ["error": .error(error)])
                try await loop.sleep(for: SigningKeyService.retryInterval)
            }
        }
    }

    /// Reads the keys, after making one when it is due.
    func load() async throws {
        let rows = try await database.acrossTenants().transaction { [self] transaction in
            var rows = try await SigningKeyStore.keys(in: transaction)
            guard isChangeDue(rows) else { return rows }
            // Other loops and replicas come to the same conclusion at the same time: the first of them acts, the others see what it did.
            try await SigningKeyStore.lock(in: transaction)
            rows = try await SigningKeyStore.keys(in: transaction)
            try await change(&rows, in: transaction)
            return rows
        }
        ring = try SigningKeyRing(rows.map(open))
    }

    private func isChangeDue(_ rows: [SigningKeyStore.Row]) -> Bool {
        let times = rows.map(\.signsFrom.microseconds)
        return SigningKeySchedule.nextKey(signsFrom: times, now: loop.wallClock) != nil
            || !SigningKeySchedule.forgotten(signsFrom: times, now: loop.wallClock).isEmpty
    }

    private func change(_ rows: inout [SigningKeyStore.Row], in transaction: some PostgresQueryable) async throws {
        let now = loop.wallClock
        if let signsFrom = SigningKeySchedule.nextKey(signsFrom: rows.map(\.signsFrom.microseconds), now: now) {
            let key = try Ed25519PrivateKey(rawBytes: loop.random.bytes(32))
            let id = key.publicKey.thumbprint
            let row = SigningKeyStore.Row(
                id: id, publicKey: key.publicKey.rawBytes,
                sealedPrivateKey: try keyring.seal(key.rawBytes, associatedData: SigningKeyService.place(of: id)),
                signsFrom: Timestamp(microseconds: signsFrom))
            try await SigningKeyStore.insert(row, now: Timestamp(microseconds: now), in: transaction)
            rows.append(row)
            log.info("made a signing key", ["key": .string(id), "signs_from": .string(row.signsFrom.description)])
        }
        for index in SigningKeySchedule.forgotten(signsFrom: rows.map(\.signsFrom.microseconds), now: now).sorted(by: >) {
            let row = rows.remove(at: index)
            try await SigningKeyStore.delete(row.id, in: transaction)
            log.info("forgot a signing key", ["key": .string(row.id)])
        }
    }

    private func open(_ row: SigningKeyStore.Row) throws -> SigningKeyRing.Key {
        let seed = try keyring.open(row.sealedPrivateKey, associatedData: SigningKeyService.place(of: row.id))
        return SigningKeyRing.Key(id: row.id, privateKey: try Ed25519PrivateKey(rawBytes: seed), signsFrom: row.signsFrom.microseconds)
    }

    /// An envelope opens in its own row only.
    private static func place(of id: String) -> [UInt8] { Array("auth.signing_keys/\(id)/private_key".utf8) }
    private static var unavailable: Problem { Problem(.unavailable, detail: "the signing keys have not been read yet") }
}
