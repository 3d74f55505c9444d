/// Through the codec of this module, which writes and reads objects as they are, their keys and the order of them included. No other coder could.
extension JSONValue: Codable {
    package init(from decoder: any Decoder) throws {
        guard let decoder = decoder as? ValueDecoder else {
            throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "JSONCodec alone reads this"))
        }
        self = try JSONValue(decoder.session.document, at: decoder.node)
    }

    package func encode(to encoder: any Encoder) throws {
        guard let encoder = encoder as? ValueEncoder else {
            throw EncodingError.invalidValue(self, .init(codingPath: [], debugDescription: "JSONCodec alone writes this"))
        }
        try encoder.session.write(self)
    }
}

/// A field of this type takes anything.
extension JSONValue: WireScalar {
    package static var schema: JSONValue { [:] }
    package static var sample: JSONValue { .null }
}
