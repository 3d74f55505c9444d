import Cryptography
import Testing

/// The bytes of a test vector.
func hex(_ text: String) -> [UInt8] {
    guard let bytes = Hexadecimal.decode(text) else {
        Issue.record("not hexadecimal: \(text)")
        return []
    }
    return bytes
}

/// Each copy of the bytes in which one byte has one bit flipped.
func tampered(_ bytes: [UInt8]) -> [[UInt8]] {
    bytes.indices.map { index in
        var copy = bytes
        copy[index] ^= UInt8(1 << (index % 8))
        return copy
    }
}
