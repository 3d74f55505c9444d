/// A frame of the launcher's protocol (`Launcher/PROTOCOL.md`).
struct LauncherFrame: Equatable {
    enum Kind: UInt8 {
        case configure = 1
        case start, evaluate, cancel, list
        case command = 8
        case input, closeInput, signal, resize, more
        case file, open, write, close, watch, stop
        case zygote, pause, resume, measure
        case ready = 65
        case failed, started, output, done, lost, entry
        case end = 73
        case refused, exited
        case begun, taken, fault, attributes, change
        case measured = 90
    }

    var kind: Kind
    var body: [UInt8]

    init(_ kind: Kind, _ body: [UInt8] = []) {
        self.kind = kind
        self.body = body
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(body.count + 5)
        bytes.append(number: UInt32(body.count + 1))
        bytes.append(kind.rawValue)
        bytes += body
        return bytes
    }

    /// The longest that is taken from a launcher, kind and body.
    static let longest = 36 * 1024
}

extension [UInt8] {
    mutating func append(number: UInt32) {
        for shift in [24, 16, 8, 0] as [UInt32] { append(UInt8(truncatingIfNeeded: number >> shift)) }
    }

    mutating func append(longNumber: UInt64) {
        append(number: UInt32(truncatingIfNeeded: longNumber >> 32))
        append(number: UInt32(truncatingIfNeeded: longNumber))
    }

    mutating func append(name: String) {
        append(number: UInt32(name.utf8.count))
        append(contentsOf: name.utf8)
    }
}

/// What a launcher sent was not its protocol.
struct LauncherProtocolError: Error, CustomStringConvertible {
    let description: String
}

/// Takes bytes as they come and gives whole frames; what a launcher sends is not trusted.
struct LauncherFrameParser {
    private var bytes: [UInt8] = []
    private var position = 0

    mutating func append(_ more: some Sequence<UInt8>) {
        if position > 0 {
            bytes.removeFirst(position)
            position = 0
        }
        bytes.append(contentsOf: more)
    }

    /// The next whole frame, or nil. Throws when the framing is broken.
    mutating func next() throws -> LauncherFrame? {
        var reader = FieldReader(bytes[position...])
        guard reader.left >= 4 else { return nil }
        let length = Int(try reader.number())
        guard length >= 1, length <= LauncherFrame.longest else { throw LauncherProtocolError(description: "a frame of \(length) bytes") }
        guard reader.left >= length else { return nil }
        let frame = bytes[position + 4..<position + 4 + length]
        position += 4 + length
        guard let kind = LauncherFrame.Kind(rawValue: frame[frame.startIndex]) else {
            throw LauncherProtocolError(description: "a frame of an unknown kind")
        }
        return LauncherFrame(kind, Array(frame.dropFirst()))
    }
}

/// Reads the fields of a frame's body; throws when they are not there.
struct FieldReader {
    private var bytes: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }
    init(_ frame: LauncherFrame) { bytes = frame.body[...] }

    var left: Int { bytes.count }

    mutating func byte() throws -> UInt8 {
        guard let byte = bytes.popFirst() else { throw LauncherProtocolError(description: "a field is missing") }
        return byte
    }

    mutating func number() throws -> UInt32 {
        var number: UInt32 = 0
        for _ in 0..<4 { number = number << 8 | UInt32(try byte()) }
        return number
    }

    mutating func longNumber() throws -> UInt64 { UInt64(try number()) << 32 | UInt64(try number()) }

    /// A text with its length before it.
    mutating func name() throws -> String {
        let length = Int(try number())
        guard length <= bytes.count else { throw LauncherProtocolError(description: "a field is missing") }
        defer { bytes = bytes.dropFirst(length) }
        return String(decoding: bytes.prefix(length), as: UTF8.self)
    }

    mutating func rest() -> [UInt8] {
        defer { bytes = [] }
        return Array(bytes)
    }

    mutating func text() -> String { String(decoding: rest(), as: UTF8.self) }
}
