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
        var bytes = text.utf8[...]
        guard bytes.count == prefix.count + 1 + Base32.length, bytes.starts(with: prefix) else { return nil }
        bytes = bytes.dropFirst(prefix.count)
        guard bytes.popFirst() == UInt8(ascii: "_"), let value = Base32.decode(bytes) else { return nil }
        uuid = UUIDBytes(value)
    }

    package var description: String {
        Tag.prefix + "_" + Base32.encode(uuid.value)
    }

    package static var schema: JSONValue {
        [
            "type": "string", "minLength": .int(Tag.prefix.utf8.count + 27), "maxLength": .int(Tag.prefix.utf8.count + 27),
            "pattern": .string("^\(Tag.prefix)_[0-7][0-9a-hjkmnp-tv-z]{25}$"), "examples": [.string(sample.description)],
        ]
    }

    package static var sample: Self { Self(UUIDBytes(high: 0x0190_63c4_f5e0_7a3b, low: 0x8c21_5d0e_94f7_b6a2)) }
}
