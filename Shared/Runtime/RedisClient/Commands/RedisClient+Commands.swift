extension RedisClient {
    /// Removes a key, if there is one.
    package func delete(_ key: String) async throws {
        _ = try await send(["DEL", .string(key)])
    }

    /// Sends a message to whoever is subscribed now; returns how many connections got it.
    @discardableResult
    package func publish(_ message: [UInt8], to channel: String) async throws -> Int {
        let reply = try await send(["PUBLISH", .string(channel), .bytes(message)])
        guard let number = reply.integer else { throw RedisError.unexpectedReply(String(describing: reply)) }
        return number
    }

    /// The elements of a list; none without one.
    package func list(_ key: String) async throws -> [[UInt8]] {
        let reply = try await send(["LRANGE", .string(key), 0, -1])
        guard let values = reply.array else { throw RedisError.unexpectedReply(String(describing: reply)) }
        return values.compactMap(\.bytes)
    }
}
