internal import EventLoop
internal import JSON
internal import PostgresClient
internal import ServiceKit
internal import Telemetry
internal import WireProtocol

/// What an effect is known by, and what makes two of them the same.
struct EffectKey {
    var key: String
    /// Of the request; the same key with another one is a mistake.
    var hash: [UInt8]
    var organization: OrganizationID
    /// The mistake, in the words of who asked.
    var reused = ProblemCode.effectKeyReused
}

/// Where an effect is that was begun before.
enum KnownEffect {
    /// It runs here, or has ended.
    case here(ExecutionLog)
    case elsewhere(PostgresUUID)
}

/// Carries out each effect once. Its key is written down before anything is done; asked again with the same key, the caller joins the
/// effect in progress, or gets the stored result. What ran on a process that died is neither repeated nor denied: running code is not
/// idempotent, so its outcome is unknown.
final class EffectRunner {
    private let loop: EventLoop
    private let database: PostgresClient
    private let lease: NodeLease
    private let log: Logger
    private var running: [String: RunningEffect] = [:]
    private var beginning: [String: LoopTask<Bool>] = [:]

    private let stored: Signal

    private static let storeInterval = Duration.seconds(1)

    init(loop: EventLoop, database: PostgresClient, lease: NodeLease, log: Logger) {
        self.loop = loop
        self.database = database
        self.lease = lease
        self.log = log
        stored = Signal(on: loop)
    }

    /// The events of an effect, which goes on whether anyone follows them or not. `body` throws before anything was done, never after; the key
    /// is free again then.
    func run(
        _ key: EffectKey, _ body: @escaping (RunningEffect) async throws -> Void
    ) async throws -> (log: ExecutionLog, isReplayed: Bool) {
        while let task = beginning[key.key] { _ = try? await task.value }
        if let known = running[key.key] { return (try matching(known, key), true) }
        let task = loop.spawn { [self] in
            defer { beginning[key.key] = nil }
            return try await begin(key, body)
        }
        beginning[key.key] = task
        let isNew = try await task.value
        if let begun = running[key.key] { return (try matching(begun, key), !isNew) }
        return (try await earlier(key), !isNew)
    }

    /// What is known of an effect that was begun before; nil: it was not, though it may have been written down that it would be.
    func known(_ key: EffectKey) async throws -> KnownEffect? {
        while let task = beginning[key.key] { _ = try? await task.value }
        if let effect = running[key.key] { return .here(try matching(effect, key)) }
        guard let record = try await EffectStore.find(key.key, in: database.as(key.organization)) else { return nil }
        // It may have begun here meanwhile.
        if let effect = running[key.key] { return .here(try matching(effect, key)) }
        guard record.hash == key.hash else { throw Problem(key.reused) }
        if record.result == nil, record.node == lease.id { return nil }
        if record.result == nil, try await lease.isAlive(record.node) { return .elsewhere(record.node) }
        return .here(try await earlier(key))
    }

    /// Stops an effect; one that is not running here stays as it is.
    func cancel(_ key: String) async {
        while let task = beginning[key] { _ = try? await task.value }
        running[key]?.cancel()
    }

    /// The process that carries an effect out; nil when it is this one, or none.
    func node(of key: EffectKey) async throws -> PostgresUUID? {
        if running[key.key] != nil || beginning[key.key] != nil { return nil }
        let record = try await EffectStore.find(key.key, in: database.as(key.organization))
        return record.flatMap { $0.result == nil && $0.node != lease.id ? $0.node : nil }
    }

    /// Waits until the results of all that was carried out are stored, after their sandboxes have ended.
    func waitUntilStored(atMost duration: Duration) async throws {
        try await loop.withTimeout(duration) { [self] in try await stored.wait { !running.isEmpty } }
    }

    /// False when it was begun before.
    private func begin(_ key: EffectKey, _ body: @escaping (RunningEffect) async throws -> Void) async throws -> Bool {
        let node = lease.id
        let isNew = try await EffectStore.insert(
            key.key, hash: key.hash, of: key.organization, node: node, now: Timestamp(microseconds: loop.wallClock),
            in: database.as(key.organization))
        guard isNew else { return false }
        let effect = RunningEffect(hash: key.hash, on: loop)
        running[key.key] = effect
        loop.spawn { [self] in await carryOut(key, effect, node: node, body) }
        return true
    }

    private func carryOut(
        _ key: EffectKey, _ effect: RunningEffect, node: PostgresUUID, _ body: (RunningEffect) async throws -> Void
    ) async {
        let hasBegun: Bool
        do {
            try await body(effect)
            hasBegun = true
        } catch {
            let problem =
                ProblemAnswer.problem(for: error) ?? Problem(.sandboxUnavailable, detail: "the sandbox ended before the code began")
            effect.log.end(with: .failed(CodeFailed(problem: problem)))
            hasBegun = false
        }
        // Stored before anyone is told the last: what the caller writes down must be what a second asker gets.
        while true {
            do {
                try await store(key, effect, node: node, hasBegun: hasBegun)
                break
            } catch {
                log.warning("the result of an effect could not be stored yet", ["error": .error(error)])
                try? await loop.sleep(for: Self.storeInterval)
            }
        }
        running[key.key] = nil
        effect.log.complete()
        stored.notify()
    }

    private func store(_ key: EffectKey, _ effect: RunningEffect, node: PostgresUUID, hasBegun: Bool) async throws {
        let scope = database.as(key.organization)
        guard hasBegun else { return try await EffectStore.remove(key.key, node: node, in: scope) }
        let isStored = try await EffectStore.finish(key.key, effect.log.storedResult, node: node, in: scope)
        // When it is not, this process was taken for dead, and someone was told so.
        if !isStored {
            effect.log.answer = nil
            effect.log.end(with: Self.outcomeUnknown)
        }
    }

    // MARK: Asked again

    private func matching(_ effect: RunningEffect, _ key: EffectKey) throws -> ExecutionLog {
        guard effect.hash == key.hash else { throw Problem(key.reused) }
        return effect.log
    }

    /// An effect whose key was used before, and that does not run here.
    private func earlier(_ key: EffectKey) async throws -> ExecutionLog {
        let scope = database.as(key.organization)
        // A row that cannot be seen belongs to another organisation.
        guard let record = try await EffectStore.find(key.key, in: scope), record.hash == key.hash else { throw Problem(key.reused) }
        if let result = record.result {
            return ExecutionLog(try JSONCodec.decode(EffectResult.self, from: result.bytes, unknownFields: .ignored), on: loop)
        }
        guard try await !lease.isAlive(record.node) else { throw Problem(.unavailable, detail: "it runs on another server") }
        let unknown = EffectResult.events([Self.outcomeUnknown])
        if try await EffectStore.finish(key.key, unknown, node: record.node, in: scope) { return ExecutionLog(unknown, on: loop) }
        return try await earlier(key)
    }

    private static let outcomeUnknown = ExecutionEvent.failed(
        CodeFailed(problem: Problem(.outcomeUnknown, detail: "the server that ran the code is gone")))
}
