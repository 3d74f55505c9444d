internal import JSON

/// How much the schemas of one document may become when its references are followed: what is referred to again and again within itself
/// grows with every level, and a short document would become one that no memory holds.
final class ImportBudget {
    private var parts = 20_000
    /// Of the texts that are copied along or looked at: names and choices.
    private var bytes = 4 << 20
    /// What references that were followed before lead to.
    var found: [String: JSONValue] = [:]

    /// Counts one schema with its own texts; false when there is nothing left to count it against.
    func spend(on schema: JSONValue) -> Bool {
        parts -= 1
        for member in (schema["properties"]?.members ?? []).prefix(OpenAPIImport.mostProperties) { bytes -= member.key.utf8.count }
        for list in ["enum", "required"] {
            for value in schema[list]?.elements ?? [] where bytes >= 0 { bytes -= (value.string?.utf8.count ?? 0) + 1 }
        }
        return parts >= 0 && bytes >= 0
    }
}
