internal import Cryptography
internal import JSON
internal import WireProtocol

/// The tag of a thing without versions.
package enum EntityTag {
    /// A digest of what can be changed.
    package static func digest(of changeable: some Encodable) throws -> String {
        "\"" + SHA256.digest(of: try JSONCodec.encode(changeable)).hexadecimal.prefix(32) + "\""
    }
}

/// The field `If-Match` (RFC 9110, 13.1.1): which state of a thing a change is meant for.
package struct EntityTagCondition: Sendable, Hashable {
    /// nil: any.
    private let tags: [String]?

    /// Without the field a problem 428, or what holds for any state. A weak tag matches nothing, as the standard has it.
    package init(ifMatch field: String?, isDemanded: Bool = true) throws {
        if isDemanded, field == nil { throw Problem(.preconditionRequired, detail: "If-Match wants the ETag that was read, or *") }
        let field = field ?? "*"
        let members = field.split(separator: ",").map { $0.drop { $0 == " " || $0 == "\t" } }
        let tags = members.map { String($0.reversed().drop { $0 == " " || $0 == "\t" }.reversed()) }
        self.tags = tags == ["*"] ? nil : tags
    }

    /// Whether it holds for a thing with this tag.
    package func holds(for tag: String) -> Bool { tags?.contains(tag) ?? true }
}
