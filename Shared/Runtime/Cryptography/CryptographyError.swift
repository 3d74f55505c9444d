internal import COpenSSL

/// Why a cryptographic operation did not succeed; it never carries key material or plaintext.
package enum CryptographyError: Error, Equatable {
    /// A key is not of the length or form that its algorithm asks for.
    case invalidKey(String)
    /// A sealed message was altered, belongs to other associated data, or is no envelope at all.
    case notAuthentic
    /// An envelope names a key that the ring does not hold.
    case unknownKey(String)
    /// The password hasher refused its parameters or the stored hash.
    case invalidPasswordHash
    /// The library itself failed; the text is its own and is meant for the log.
    case library(String)

    /// The error that the library queued on this thread; empties the queue, so that it cannot be taken for a later one.
    static func fromLibrary(_ operation: String) -> CryptographyError {
        let code = ERR_get_error()
        ERR_clear_error()
        guard code != 0 else { return .library(operation) }
        var text = [CChar](repeating: 0, count: 256)
        unsafe ERR_error_string_n(code, &text, text.count)
        let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return .library(operation + ": " + String(decoding: bytes, as: UTF8.self))
    }

    /// Forgets what a refused signature or tag queued.
    static func discardQueued() { ERR_clear_error() }
}
