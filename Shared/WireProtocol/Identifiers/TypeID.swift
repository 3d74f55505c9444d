package import JSON

/// What kind of thing an id names.
package protocol IDTag: Sendable {
    /// What stands before the underscore: lower-case letters.
    static var prefix: String { get }
}

/// An id as the API shows it: a prefix that says what it names, an underscore, and the 26 base-32 characters of a UUIDv7
/// (the TypeID format). In the database it is the plain `uuid`.
package struct TypeID<Tag: IDTag>: Hashable, Sendable, Comparable {
    package let uuid: UUIDBytes

    package init(_ uuid: UUIDBytes) { self.uuid = uuid }

    /// From two words, as a loop makes a new id.
    package init(_ words: (high: UInt64, low: UInt64)) { uuid = UUIDBytes(words) }

    package static func < (left: Self, right: Self) -> Bool { left.uuid < right.uuid }
}

extension TypeID: WireString {
    /// Nil unless it is exactly this prefix, an underscore and 26 characters of at most 128 bits, in lower case.
    package init?(_ text: String) {
        let prefix = Tag.prefix.utf8
        let start = prefix.count + 1
        let bytes = text.utf8.span
        guard bytes.count == start + Base32.length, bytes[start - 1] == UInt8(ascii: "_"), text.utf8.starts(with: prefix),
            let value = Base32.decode(bytes.extracting(start...))
        else { return nil }
        uuid = UUIDBytes(value)
    }

    package var description: String {
        let prefix = Tag.prefix.utf8
        let start = prefix.count + 1
        return String(unsafeUninitializedCapacity: start + Base32.length) { text in
            _ = text.update(fromContentsOf: prefix)
            text[start - 1] = UInt8(ascii: "_")
            Base32.encode(uuid.value, into: text, at: start)
            return start + Base32.length
        }
    }

    package static var schema: JSONValue {
        [
            "type": "string", "minLength": .int(Tag.prefix.utf8.count + 27), "maxLength": .int(Tag.prefix.utf8.count + 27),
            "pattern": .string("^\(Tag.prefix)_[0-7][0-9a-hjkmnp-tv-z]{25}$"), "examples": [.string(sample.description)],
        ]
    }

    package static var sample: Self { Self(UUIDBytes(high: 0x0190_63c4_f5e0_7a3b, low: 0x8c21_5d0e_94f7_b6a2)) }
}
