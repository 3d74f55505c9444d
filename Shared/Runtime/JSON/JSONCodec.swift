/// Swift values from JSON texts and back. Keys are camelCase in Swift and snake_case in JSON; keys of dictionaries stay as they are.
package enum JSONCodec {
    /// What happens to object members that the Swift type never asks for.
    package enum UnknownFields: Sendable {
        case refused
        case ignored
    }

    /// Scans and decodes one text. Throws `JSONError` for everything that the text is to blame for.
    package static func decode<T: Decodable>(_ type: T.Type, from bytes: [UInt8], unknownFields: UnknownFields) throws -> T {
        try decode(type, from: JSONDocument(bytes), unknownFields: unknownFields)
    }

    /// Decodes from a text that is already scanned, for example after validation.
    package static func decode<T: Decodable>(_ type: T.Type, from document: JSONDocument, unknownFields: UnknownFields) throws -> T {
        let session = DecodingSession(document)
        do {
            let value = try session.value(type, at: 0)
            if unknownFields == .refused { try session.refuseUnknownFields() }
            return value
        } catch let error as NodeError {
            throw document.view.located(error)
        }
    }

    /// Encodes on one line: members in the order of the type, dictionaries by key. A number that is not finite throws `JSONError`.
    package static func encode<T: Encodable>(_ value: T) throws -> [UInt8] {
        let session = EncodingSession(JSONWriter(reserving: 512))
        try session.encode(root: value)
        return session.bytes
    }
}
