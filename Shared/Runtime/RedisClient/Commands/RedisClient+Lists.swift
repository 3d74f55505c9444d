extension RedisClient {
    /// Adds elements at the end of a list; returns its length.
    @discardableResult
    package func append(_ elements: [[UInt8]], toList key: String) async throws -> Int {
        try await integer(["RPUSH", .string(key)] + elements.map { .bytes($0) })
    }

    /// The elements of a list between two places, both included; negative places count from the end.
    package func list(_ key: String, from start: Int = 0, through end: Int = -1) async throws -> [[UInt8]] {
        let reply = try await send(["LRANGE", .string(key), .integer(start), .integer(end)])
        guard let values = reply.array else { throw RedisError.unexpectedReply(String(describing: reply)) }
        return values.compactMap(\.bytes)
    }

    /// Drops the elements of a list outside two places, both included.
    package func trimList(_ key: String, from start: Int, through end: Int) async throws {
        _ = try await send(["LTRIM", .string(key), .integer(start), .integer(end)])
    }
}
