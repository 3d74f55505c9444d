internal import WireProtocol

/// The field `If-Match` (RFC 9110, 13.1.1): which state of a thing a change is meant for.
package struct EntityTagCondition: Sendable, Hashable {
    /// nil: any.
    private let tags: [String]?

    /// A problem 428 without the field. A weak tag matches nothing, as the standard has it.
    package init(ifMatch field: String?) throws {
        guard let field else { throw Problem(.preconditionRequired, detail: "If-Match wants the ETag that was read, or *") }
        let members = field.split(separator: ",").map { $0.drop { $0 == " " || $0 == "\t" } }
        let tags = members.map { String($0.reversed().drop { $0 == " " || $0 == "\t" }.reversed()) }
        self.tags = tags == ["*"] ? nil : tags
    }

    /// Whether it holds for a thing with this tag.
    package func holds(for tag: String) -> Bool { tags?.contains(tag) ?? true }
}
