/// Cuts a stream of bytes into texts between characters: a character that is not whole yet waits for its rest.
struct UTF8Chunks {
    private var waiting: [UInt8] = []

    /// The text that is whole now; bytes that are no UTF-8 become U+FFFD.
    mutating func take(_ bytes: [UInt8]) -> String { String(decoding: whole(bytes), as: UTF8.self) }

    /// The bytes of the characters that are whole now.
    mutating func whole(_ bytes: [UInt8]) -> [UInt8] {
        waiting += bytes
        let rest = Array(waiting.suffix(Self.unfinished(waiting)))
        defer { waiting = rest }
        waiting.removeLast(rest.count)
        return waiting
    }

    /// What is left at the end.
    mutating func finish() -> String { String(decoding: rest(), as: UTF8.self) }

    /// The bytes that are left at the end.
    mutating func rest() -> [UInt8] {
        defer { waiting = [] }
        return waiting
    }

    /// How many bytes at the end begin a character without ending it: at most three.
    private static func unfinished(_ bytes: [UInt8]) -> Int {
        for (count, byte) in bytes.suffix(3).reversed().enumerated() {
            if byte & 0b1100_0000 == 0b1000_0000 { continue }
            let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
            return length > count + 1 ? count + 1 : 0
        }
        return 0
    }
}
