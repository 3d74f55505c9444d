internal import CHiredis

extension RedisValue {
    /// Copies a reply, which hiredis frees after the callback. hiredis bounds how deep arrays are nested.
    init(_ reply: UnsafePointer<redisReply>) {
        let reply = reply.pointee
        switch reply.type {
        case REDIS_REPLY_INTEGER:
            self = .integer(Int(reply.integer))
        case REDIS_REPLY_STRING:
            self = .bytes(Array(Self.text(reply)))
        case REDIS_REPLY_STATUS:
            self = .status(String(decoding: Self.text(reply), as: UTF8.self))
        case REDIS_REPLY_ERROR:
            self = .error(String(decoding: Self.text(reply), as: UTF8.self))
        case REDIS_REPLY_ARRAY:
            var values: [RedisValue] = []
            values.reserveCapacity(reply.elements)
            for index in 0..<reply.elements {
                guard let element = reply.element?[index] else { continue }
                values.append(RedisValue(element))
            }
            self = .array(values)
        default:
            self = .null
        }
    }

    private static func text(_ reply: redisReply) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: reply.str, count: reply.str == nil ? 0 : reply.len)
    }
}
