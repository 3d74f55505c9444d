/// A reply of Redis (RESP2).
package enum RedisValue: Hashable, Sendable {
    /// Nothing: a missing key.
    case null
    /// A number.
    case integer(Int)
    /// Bytes: the value of a key.
    case bytes([UInt8])
    /// A short text: `OK`.
    case status(String)
    /// A command that was refused, within the replies of a pipeline.
    case error(String)
    /// Several replies.
    case array([RedisValue])

    /// The bytes, of which a status has some too.
    package var bytes: [UInt8]? {
        switch self {
        case .bytes(let bytes): bytes
        case .status(let text): Array(text.utf8)
        default: nil
        }
    }

    /// The bytes as text, with replacement characters for what is not UTF-8.
    package var string: String? {
        switch self {
        case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
        case .status(let text): text
        default: nil
        }
    }

    /// The number, also when it is written in digits.
    package var integer: Int? {
        switch self {
        case .integer(let number): number
        case .bytes, .status: string.flatMap { Int($0) }
        default: nil
        }
    }

    /// The elements.
    package var array: [RedisValue]? {
        if case .array(let values) = self { values } else { nil }
    }
}
