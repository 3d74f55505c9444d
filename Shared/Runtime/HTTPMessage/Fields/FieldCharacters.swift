/// The byte classes of RFC 9110 and RFC 3986, as bit masks: no table in memory, no initialiser to run.
///
/// `@usableFromInline`, without which other modules would call `@inlinable` functions of a `package` type once a byte.
@usableFromInline
package enum FieldCharacters {

    /// Whether the byte may stand in a method or a field name (`tchar`).
    @inlinable @inline(__always)
    package static func isToken(_ byte: UInt8) -> Bool {
        guard byte < 128 else { return false }
        let mask: UInt64 = byte < 64 ? 0x03FF_6CFA_0000_0000 : 0x57FF_FFFF_C7FF_FFFE
        return (mask >> UInt64(byte & 63)) & 1 == 1
    }

    /// Whether the byte may stand in `host [":" port]`, brackets of an IPv6 address included, a user not.
    @inlinable @inline(__always)
    package static func isAuthority(_ byte: UInt8) -> Bool {
        guard byte < 128 else { return false }
        let mask: UInt64 = byte < 64 ? 0x2FFF_7FF2_0000_0000 : 0x47FF_FFFE_AFFF_FFFE
        return (mask >> UInt64(byte & 63)) & 1 == 1
    }

    /// Whether the byte may stand in a field value: visible, obs-text, space or tab; no other control byte.
    @inlinable @inline(__always)
    package static func isValue(_ byte: UInt8) -> Bool {
        byte >= 0x20 ? byte != 0x7F : byte == 0x09
    }

    /// Whether the byte is visible ASCII, which is all that a request target may hold.
    @inlinable @inline(__always)
    package static func isVisible(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7F
    }

    /// Whether the byte is an ASCII digit.
    @inlinable @inline(__always)
    package static func isDigit(_ byte: UInt8) -> Bool {
        byte >= 0x30 && byte <= 0x39
    }

    /// The byte with `A` to `Z` made lower case, every other byte as it is.
    @inlinable @inline(__always)
    package static func lowercased(_ byte: UInt8) -> UInt8 {
        byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
    }

    /// The value of a hexadecimal digit in either case, or nil.
    @inlinable @inline(__always)
    package static func hexadecimalValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }

    /// Whether the bytes equal an ASCII text that is already in lower case, whatever the case of the bytes.
    @inlinable
    package static func equal(_ bytes: some Collection<UInt8>, lowercased text: String) -> Bool {
        let expected = text.utf8
        guard bytes.count == expected.count else { return false }
        for (byte, other) in zip(bytes, expected) where lowercased(byte) != other { return false }
        return true
    }
}
