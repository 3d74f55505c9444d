internal import CHiredis

extension RedisValue {
    /// Copies a reply, which hiredis frees after the callback. hiredis bounds how deep arrays are nested.
    init(_ reply: UnsafePointer<redisReply>) {
        let reply = unsafe reply.pointee
        switch unsafe reply.type {
        case REDIS_REPLY_INTEGER:
            self = unsafe .integer(Int(reply.integer))
        case REDIS_REPLY_STRING:
            self = unsafe .bytes(Array(Self.text(reply)))
        case REDIS_REPLY_STATUS:
            self = unsafe .status(String(decoding: Self.text(reply), as: UTF8.self))
        case REDIS_REPLY_ERROR:
            self = unsafe .error(String(decoding: Self.text(reply), as: UTF8.self))
        case REDIS_REPLY_ARRAY:
            var values: [RedisValue] = []
            unsafe values.reserveCapacity(reply.elements)
            for index in unsafe 0..<reply.elements {
                guard let element = unsafe reply.element?[index] else { continue }
                unsafe values.append(RedisValue(element))
            }
            self = .array(values)
        default:
            self = .null
        }
    }

    private static func text(_ reply: redisReply) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: reply.str, count: reply.str == nil ? 0 : reply.len)
    }
}
