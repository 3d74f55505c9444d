/// An entry of a stream.
package struct RedisStreamEntry: Hashable, Sendable {
    /// `milliseconds-number`, ascending.
    package let id: String
    /// Names and values, in order.
    package let fields: [(name: String, value: [UInt8])]

    /// The value of the first field of this name.
    package subscript(name: String) -> [UInt8]? { fields.first { $0.name == name }?.value }

    /// Whether both are the same entry.
    package static func == (left: Self, right: Self) -> Bool { left.id == right.id && left.fields.elementsEqual(right.fields, by: ==) }

    /// Equal entries have the same id.
    package func hash(into hasher: inout Hasher) { hasher.combine(id) }

    init?(_ value: RedisValue) {
        guard let parts = value.array, parts.count == 2, let id = parts[0].string, let flat = parts[1].array, flat.count.isMultiple(of: 2)
        else { return nil }
        self.id = id
        var fields: [(name: String, value: [UInt8])] = []
        for index in stride(from: 0, to: flat.count, by: 2) {
            guard let name = flat[index].string, let value = flat[index + 1].bytes else { return nil }
            fields.append((name, value))
        }
        self.fields = fields
    }
}

extension RedisClient {
    /// The first 1,000 entries of a stream after an id. Never waits: `subscribe` tells when to look.
    package func stream(_ key: String, after id: String) async throws -> [RedisStreamEntry] {
        let reply = try await send(["XRANGE", .string(key), .string("(" + id), "+", "COUNT", 1000])
        guard let values = reply.array else { throw RedisError.unexpectedReply(String(describing: reply)) }
        return values.compactMap(RedisStreamEntry.init)
    }
}
