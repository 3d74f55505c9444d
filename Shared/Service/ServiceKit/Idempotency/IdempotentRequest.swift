internal import Cryptography
package import HTTPMessage
internal import WireProtocol

/// A request that names a key under which it may be sent again.
package struct IdempotentRequest: Sendable, Hashable {
    /// `Idempotency-Key` as it came: 1 to 255 visible characters.
    package let key: String
    /// SHA-256 of method, path and body: the same key with another request is a mistake of the caller.
    package let fingerprint: [UInt8]

    /// Nil without a key; a problem 400 for a malformed one.
    package init?(_ head: HTTPRequest, body: [UInt8]) throws {
        guard let key = head.fields["idempotency-key"] else { return nil }
        guard Self.isKey(key) else { throw Problem(.malformedRequest, detail: "Idempotency-Key must be \(Self.keyForm)") }
        self.key = key
        fingerprint = SHA256.digest(of: Array("\(head.method.name) \(head.path)\n".utf8) + body).bytes
    }

    /// Whether this can be a key.
    package static func isKey(_ text: String) -> Bool {
        (1...255).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    /// What a key is, for who sent something else.
    package static let keyForm = "1 to 255 visible ASCII characters"
}
