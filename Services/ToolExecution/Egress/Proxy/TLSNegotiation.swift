/// What is said in the open at the beginning of a TLS connection, in both directions.
///
/// A server may ask for a second first message (RFC 8446, 4.1.4), and it is that one which it answers. So each of them is checked, until the
/// server has chosen; from then on it takes no other in the open.
struct TLSNegotiation {
    private var answer = ServerAnswer()
    /// What the client has sent and what cannot be judged yet.
    private var waiting: [UInt8] = []
    /// Of the first message that `waiting` begins with.
    private var reader = ClientHelloReader()
    /// How much of the client's record is still to come that is no handshake.
    private var recordLeft = 0

    private static let longestRecord = 1 << 14 + 256
    private static let headerLength = 5

    private enum RecordType {
        static let changeCipherSpec: UInt8 = 20
        static let alert: UInt8 = 21
        static let handshake: UInt8 = 22
        static let applicationData: UInt8 = 23
    }

    /// Looks at what the server says; before it is passed on, so that no answer to it has been judged without it.
    mutating func take(fromServer bytes: ArraySlice<UInt8>) { answer.take(bytes) }

    /// Takes what the client says and returns what may be passed on. Throws `ClientHello.Malformed`, or what `check` throws.
    mutating func take(fromClient bytes: ArraySlice<UInt8>, check: (ClientHello) throws -> Void) throws -> ArraySlice<UInt8> {
        if answer.isFinal, waiting.isEmpty { return bytes }
        waiting += bytes
        let end = answer.isFinal ? waiting.count : try endOfChecked(check)
        // What is handed out shares its memory, so that the rest is copied.
        guard end > 0 else { return [] }
        defer { waiting.removeSubrange(..<end) }
        return waiting[..<end]
    }

    private mutating func endOfChecked(_ check: (ClientHello) throws -> Void) throws -> Int {
        var position = 0
        while position < waiting.count {
            if recordLeft > 0 {
                let part = min(recordLeft, waiting.count - position)
                position += part
                recordLeft -= part
                continue
            }
            switch waiting[position] {
            case RecordType.handshake:
                guard let hello = try reader.read(waiting[position...]) else { return position }
                try check(hello)
                position += reader.length
                reader = ClientHelloReader()
            case RecordType.changeCipherSpec, RecordType.alert, RecordType.applicationData:
                var header = TLSBytes(waiting[position...].prefix(Self.headerLength))
                guard header.take(3) != nil, let length = header.number(bytes: 2) else { return position }
                guard length <= Self.longestRecord else { throw ClientHello.Malformed() }
                recordLeft = Self.headerLength + length
            default: throw ClientHello.Malformed()
            }
        }
        return position
    }

    /// The server's messages, until one says that it has chosen (RFC 8446, 4.1.3).
    private struct ServerAnswer {
        /// Whether the server has chosen, or speaks no TLS.
        private(set) var isFinal = false
        private var header: [UInt8] = []
        private var recordLeft = 0
        private var isHandshake = false
        private var message: [UInt8] = []
        private var messageLeft = 0

        private static let serverHello: UInt8 = 2
        /// Type, length, version, random bytes.
        private static let startLength = 4 + 2 + 32
        /// The random bytes of a message that asks for another first message.
        private static let retry: [UInt8] = [
            0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
            0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
        ]

        mutating func take(_ bytes: ArraySlice<UInt8>) {
            for byte in bytes {
                if isFinal { return }
                if recordLeft == 0 {
                    takeHeader(byte)
                } else {
                    recordLeft -= 1
                    if isHandshake { takeMessage(byte) }
                }
            }
        }

        private mutating func takeHeader(_ byte: UInt8) {
            header.append(byte)
            guard header.count == headerLength else { return }
            isHandshake = header[0] == RecordType.handshake
            isFinal = !(RecordType.changeCipherSpec...RecordType.handshake).contains(header[0]) || header[1] != 3
            recordLeft = Int(header[3]) << 8 | Int(header[4])
            header = []
        }

        private mutating func takeMessage(_ byte: UInt8) {
            if messageLeft > 0 {
                messageLeft -= 1
                return
            }
            message.append(byte)
            if message.count == 4, message[0] != Self.serverHello {
                endMessage(left: Self.length(message))
            } else if message.count == Self.startLength {
                isFinal = !message.elementsEqual(message.prefix(6) + Self.retry)
                endMessage(left: max(0, Self.length(message) - (Self.startLength - 4)))
            }
        }

        private mutating func endMessage(left: Int) {
            messageLeft = left
            message = []
        }

        private static func length(_ message: [UInt8]) -> Int { message[1..<4].reduce(0) { $0 << 8 | Int($1) } }
    }
}
