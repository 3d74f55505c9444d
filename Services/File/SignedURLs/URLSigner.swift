internal import Cryptography
internal import WireProtocol

/// Signs addresses of files, and tells whether a signature holds: HMAC-SHA256 over the file and the time at which it ends.
struct URLSigner {
    private let key: [UInt8]

    init(key: [UInt8]) { self.key = key }

    /// The signature in base 64 for URLs.
    func signature(_ id: FileID, expires: Int) -> String {
        Base64URL.encode(HMACSHA256.authenticationCode(of: message(id, expires), key: key).bytes)
    }

    /// Whether the signature is ours; compared in constant time.
    func isValid(_ signature: String, _ id: FileID, expires: Int) -> Bool {
        guard let code = Base64URL.decode(signature) else { return false }
        return HMACSHA256.isValid(code, for: message(id, expires), key: key)
    }

    private func message(_ id: FileID, _ expires: Int) -> [UInt8] { Array("file-content\n\(id)\n\(expires)".utf8) }
}
