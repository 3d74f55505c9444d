/// Whether a key type can hold any name, as the keys of dictionaries can: such names are data and stay as they are in JSON.
/// The synthesized enumerations hold a number only.
@inline(__always)
func holdsAnyName<Key: CodingKey>(_ type: Key.Type) -> Bool {
    MemoryLayout<Key>.size >= MemoryLayout<String>.size
}

/// Whether a key type is the standard library's own for dictionaries, whose order differs from process to process.
@inline(__always)
func isDictionaryKey<Key: CodingKey>(_ type: Key.Type) -> Bool {
    dictionaryKeyType == ObjectIdentifier(type)
}

/// The type is not public, so a dictionary is asked to decode itself from a decoder that only notes which keys it is asked for.
private let dictionaryKeyType: ObjectIdentifier? = {
    do {
        _ = try [String: Bool](from: KeyTypeProbe())
        return nil
    } catch {
        return (error as? KeyTypeProbe.Asked)?.keyType
    }
}()

private struct KeyTypeProbe: Decoder {
    struct Asked: Error {
        let keyType: ObjectIdentifier?
    }

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        throw Asked(keyType: ObjectIdentifier(type))
    }
    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw Asked(keyType: nil) }
    func singleValueContainer() throws -> any SingleValueDecodingContainer { throw Asked(keyType: nil) }
}
