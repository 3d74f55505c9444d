/// Why a JSON Web Token was refused, or could not be made.
package enum JWTError: Error, Equatable {
    /// Not three base 64 parts of JSON objects, or longer than is read.
    case malformed
    /// The header asks for an algorithm that its key is not for, or for an extension.
    case unsupportedAlgorithm
    /// The header's `typ` is not the one expected.
    case wrongType
    /// The header names no key that is known; a key set that was just changed may know it.
    case unknownKey(String)
    /// The signature is not the key's over this header and these claims.
    case invalidSignature
    /// `exp` has passed.
    case expired
    /// `nbf` has not come.
    case notYetValid
    /// `iss` is missing or another.
    case wrongIssuer
    /// `aud` is missing or does not hold the one expected.
    case wrongAudience
    /// A claim is missing or not of its type.
    case invalidClaims
    /// The claims could not be written or signed; the text is meant for the log.
    case notSigned(String)
}
