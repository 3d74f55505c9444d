/// RFC 4648 base 64, padded.
package enum Base64 {
    private static let alphabet = Base64Alphabet(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", isPadded: true)

    /// The padded text of the bytes.
    package static func encode(_ bytes: [UInt8]) -> String { String(decoding: alphabet.encode(bytes), as: UTF8.self) }

    /// The bytes of a text in its one canonical form; nil for any other.
    package static func decode(_ text: String) -> [UInt8]? { alphabet.decode(text.utf8) }
}

/// RFC 4648 base 64 for URLs and file names, without padding, as JSON Web Tokens use it.
package enum Base64URL {
    private static let alphabet = Base64Alphabet(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", isPadded: false)

    /// The unpadded text of the bytes.
    package static func encode(_ bytes: [UInt8]) -> String { String(decoding: alphabet.encode(bytes), as: UTF8.self) }

    /// The bytes of a text in its one canonical form; nil for any other.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? { alphabet.decode(text.utf8) }

    static func decode(utf8 text: some Collection<UInt8>) -> [UInt8]? { alphabet.decode(text) }
}
