/// Seals secrets for storage under a current key, and opens what any key of the ring sealed, so that keys can be replaced.
///
/// An envelope is `1 · length of key id · key id · 12-byte nonce · ciphertext · 16-byte tag`. Version and key id are authenticated
/// together with the caller's associated data, which binds the envelope to its place (table, column, row): moved elsewhere it does
/// not open. Nonces are random, which is safe for 2³² envelopes a key.
package struct EnvelopeKeyring: Sendable, CustomStringConvertible {
    private let keys: [String: [UInt8]]

    /// The id of the key that seals.
    package let currentKeyID: String

    private static let version: UInt8 = 1

    /// Takes 32-byte keys by id (1 to 255 bytes of UTF-8); one of them seals.
    package init(current: String, keys: [String: [UInt8]]) throws(CryptographyError) {
        guard keys[current] != nil else { throw .unknownKey(current) }
        for (id, key) in keys {
            guard (1...255).contains(id.utf8.count) else { throw .invalidKey("a key id has 1 to 255 bytes") }
            guard key.count == AES256GCM.keyLength else { throw .invalidKey("the key \(id) must have 32 bytes") }
        }
        self.keys = keys
        currentKeyID = current
    }

    /// The envelope of a secret, bound to the associated data.
    package func seal(_ plaintext: [UInt8], associatedData: [UInt8]) throws(CryptographyError) -> [UInt8] {
        guard let key = keys[currentKeyID] else { throw .unknownKey(currentKeyID) }
        let head = EnvelopeKeyring.head(keyID: currentKeyID)
        let nonce = RandomBytes.make(count: AES256GCM.nonceLength)
        return try head + nonce + AES256GCM.seal(plaintext, key: key, nonce: nonce, associatedData: head + associatedData)
    }

    /// What was sealed; `notAuthentic` for any altered byte or other associated data, `unknownKey` for a key not in the ring.
    package func open(_ envelope: [UInt8], associatedData: [UInt8]) throws(CryptographyError) -> [UInt8] {
        guard envelope.count >= 2, envelope[0] == EnvelopeKeyring.version else { throw .notAuthentic }
        let headLength = 2 + Int(envelope[1])
        guard envelope.count >= headLength + AES256GCM.nonceLength + AES256GCM.tagLength else { throw .notAuthentic }
        guard let keyID = String(validating: envelope[2..<headLength], as: UTF8.self) else { throw .notAuthentic }
        guard let key = keys[keyID] else { throw .unknownKey(keyID) }
        let head = Array(envelope[..<headLength])
        let nonce = Array(envelope[headLength..<headLength + AES256GCM.nonceLength])
        let sealed = Array(envelope[(headLength + AES256GCM.nonceLength)...])
        return try AES256GCM.open(sealed, key: key, nonce: nonce, associatedData: head + associatedData)
    }

    /// The ids only; the keys are never printed.
    package var description: String { "EnvelopeKeyring(\(keys.keys.sorted().joined(separator: ", ")))" }

    private static func head(keyID: String) -> [UInt8] {
        [version, UInt8(keyID.utf8.count)] + Array(keyID.utf8)
    }
}
