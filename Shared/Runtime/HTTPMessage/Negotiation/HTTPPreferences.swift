/// What a client prefers (RFC 7240).
package struct HTTPPreferences: Hashable, Sendable {
    /// `wait=N`: how long the client would wait for the result, in seconds.
    package let waitSeconds: Int?
    /// `respond-async`: the client would rather not wait at all.
    package let respondAsync: Bool
    /// `return=minimal` or `return=representation`.
    package let returned: String?
    /// The names of all, in lower case, known or not.
    package let names: Set<String>

    /// Reads the `Prefer` fields of a request; what is malformed or unknown is left out, the first of a kind counts.
    package init(_ fields: HTTPFields) {
        let members = fields.combinedValue(of: .prefer).map { FieldList($0).members } ?? []
        func first(_ name: String) -> FieldList.Member? { members.first { $0.name.lowercased() == name } }
        waitSeconds = first("wait")?.value.flatMap { DecimalDigits.parse($0) }
        respondAsync = first("respond-async") != nil
        returned = first("return")?.value
        names = Set(members.map { $0.name.lowercased() })
    }
}
