extension JSONValue {
    /// This value after a merge patch (RFC 7396): members are set or, with null, removed, at any depth; all else is replaced.
    package func merged(with patch: JSONValue) -> JSONValue {
        guard let changes = patch.members else { return patch }
        var merged = members ?? []
        var places = Dictionary(merged.enumerated().map { ($1.key, $0) }, uniquingKeysWith: { first, _ in first })
        for change in changes {
            if let place = places[change.key] {
                merged[place].value = merged[place].value.merged(with: change.value)
            } else {
                places[change.key] = merged.count
                merged.append(Member(key: change.key, value: JSONValue.null.merged(with: change.value)))
            }
        }
        let removed = Set(changes.lazy.filter { $0.value == .null }.map(\.key))
        return .object(merged.filter { !removed.contains($0.key) })
    }
}
