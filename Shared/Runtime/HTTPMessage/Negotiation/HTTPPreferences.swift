/// What a client prefers (RFC 7240).
package struct HTTPPreferences: Hashable, Sendable {
    /// `wait=N`: how long the client would wait for the result, in seconds.
    package let waitSeconds: Int?
    /// The names of all, in lower case, known or not.
    package let names: Set<String>

    /// Reads the `Prefer` fields of a request; what is malformed or unknown is left out, the first of a kind counts.
    package init(_ fields: HTTPFields) {
        let members = fields.combinedValue(of: .prefer).map(FieldList.members) ?? []
        waitSeconds = members.first { $0.name.lowercased() == "wait" }?.value.flatMap { DecimalDigits.parse($0) }
        names = Set(members.map { $0.name.lowercased() })
    }
}
