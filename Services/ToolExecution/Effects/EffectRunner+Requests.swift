internal import HTTPMessage
internal import JSON
internal import ServiceKit
internal import WireProtocol

extension EffectKey {
    /// By what a person's request is carried out once.
    init(_ request: IdempotentRequest, of person: Principal.Person) {
        self.init(
            key: "\(person.user)/\(request.key)", hash: request.fingerprint, organization: person.organization,
            reused: .idempotencyKeyReused)
    }
}

extension EffectRunner {
    /// Carries out what a request asks for, once for its idempotency key: sent again it gets the first answer, for which it waits. With a key
    /// it is carried out whether its client waits or not. A problem is not kept: what has failed is tried again.
    func answer<Body: Codable>(
        _ context: RequestContext, _ effect: @escaping () async throws -> Reply<Body>
    ) async throws -> Reply<Body> {
        guard let request = context.idempotency else { return try await effect() }
        let (log, isReplayed) = try await run(EffectKey(request, of: context.person())) { running in
            running.log.answer = try await effect().storedBody
        }
        try await log.waitUntilComplete()
        guard let answer = log.answer else {
            _ = try log.result()
            throw Problem(.outcomeUnknown)
        }
        return Reply(answer == .null ? .none : .encoded(try JSONCodec.encode(answer))).replayed(isReplayed)
    }
}

extension Reply {
    /// Says whether it is the answer of an earlier request with the same key.
    func replayed(_ isReplayed: Bool) -> Reply {
        var reply = self
        if isReplayed { reply.fields.append("idempotent-replayed", "true") }
        return reply
    }

    /// Its body as it is kept; `null` for none.
    fileprivate var storedBody: JSONValue {
        get throws {
            guard case .json(let body) = content else { return .null }
            return try JSONCodec.decode(JSONValue.self, from: JSONCodec.encode(body), unknownFields: .refused)
        }
    }
}
