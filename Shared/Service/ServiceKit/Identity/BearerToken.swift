internal import HTTPMessage

/// `Authorization: Bearer …` (RFC 6750).
package enum BearerToken {
    private static let scheme = Array("bearer ".utf8)

    /// The place of the token in the field's value, of which no text is made; nil for another scheme, or when there is none.
    package static func parse(_ field: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard field.count > scheme.count, zip(field, scheme).allSatisfy({ FieldCharacters.lowercased($0) == $1 }) else { return nil }
        let token = field.dropFirst(scheme.count).drop { $0 == 0x20 }
        return token.isEmpty ? nil : token
    }
}
