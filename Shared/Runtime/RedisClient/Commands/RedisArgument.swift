/// A part of a command: `"SET"`, a key, a value. Whatever its bytes, it stays one part.
package enum RedisArgument: Hashable, Sendable, ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral {
    /// Text.
    case string(String)
    /// Bytes.
    case bytes([UInt8])
    /// A number, sent in digits.
    case integer(Int)

    /// Text written in the source.
    package init(stringLiteral value: String) { self = .string(value) }
    /// A number written in the source.
    package init(integerLiteral value: Int) { self = .integer(value) }
}

/// Commands in the form in which they are sent.
enum RedisCommand {
    /// Adds one command.
    static func write(_ arguments: [RedisArgument], into output: inout [UInt8]) {
        line("*", arguments.count, into: &output)
        for argument in arguments {
            switch argument {
            case .string(let text):
                line("$", text.utf8.count, into: &output)
                output.append(contentsOf: text.utf8)
            case .bytes(let bytes):
                line("$", bytes.count, into: &output)
                output.append(contentsOf: bytes)
            case .integer(let number):
                let digits = String(number)
                line("$", digits.utf8.count, into: &output)
                output.append(contentsOf: digits.utf8)
            }
            output.append(0x0D)
            output.append(0x0A)
        }
    }

    private static func line(_ mark: Unicode.Scalar, _ number: Int, into output: inout [UInt8]) {
        output.append(UInt8(ascii: mark))
        output.append(contentsOf: String(number).utf8)
        output.append(0x0D)
        output.append(0x0A)
    }

    /// Refuses what would change the connection for everybody, or hold up everybody's commands.
    static func check(_ arguments: [RedisArgument]) throws(RedisError) {
        guard case .string(let name)? = arguments.first else { throw .unsuitableCommand("a command without a name") }
        switch name.uppercased() {
        case "SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "UNSUBSCRIBE", "PUNSUBSCRIBE", "MONITOR", "HELLO", "AUTH", "SELECT", "QUIT", "RESET",
            "BLPOP", "BRPOP", "BLMOVE", "BLMPOP", "BRPOPLPUSH", "BZPOPMIN", "BZPOPMAX", "BZMPOP", "WAIT":
            throw .unsuitableCommand(name)
        case "XREAD", "XREADGROUP":
            let isBlocking = arguments.contains { if case .string(let text) = $0 { text.uppercased() == "BLOCK" } else { false } }
            if isBlocking { throw .unsuitableCommand("a blocking \(name)") }
        default:
            break
        }
    }
}
