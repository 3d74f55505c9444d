internal import JSON

/// The named schemas of the document. What only answers contain stays open to new fields; what requests contain does not.
final class SchemaComponents {
    private let recorder = SchemaRecorder()
    /// The components that a request contains.
    private var requested: Set<String> = []
    /// Those that do not appear by themselves.
    private var inlined: Set<String> = []

    func request(_ record: (SchemaRecorder) throws -> JSONValue) throws -> JSONValue {
        let schema = try record(recorder)
        markRequested(schema)
        return schema
    }

    func response(_ record: (SchemaRecorder) throws -> JSONValue) throws -> JSONValue {
        try record(recorder)
    }

    /// The object schema behind a reference.
    func resolved(_ schema: JSONValue) -> JSONValue {
        componentName(of: schema).flatMap { recorder.components[$0] } ?? schema
    }

    /// The names of what a request may have in it.
    func fields(_ record: (SchemaRecorder) throws -> JSONValue) -> [String] {
        guard let schema = try? request(record) else { return [] }
        return resolved(schema)["properties"]?.members?.map(\.key) ?? []
    }

    /// By name. Queries are spread over parameters and so are left out, as are bodies without members.
    var schemas: JSONValue {
        let used = recorder.components.filter { !inlined.contains($0.key) }
        return .object(
            used.sorted { $0.key < $1.key }.map { name, schema in
                JSONValue.Member(key: name, value: requested.contains(name) ? schema : schema.withoutMember("additionalProperties"))
            })
    }

    /// Says that this component does not appear by itself.
    func inline(_ schema: JSONValue) {
        if let name = componentName(of: schema) { inlined.insert(name) }
    }

    private func componentName(of schema: JSONValue) -> String? {
        guard let reference = schema["$ref"]?.string, reference.hasPrefix(JSONSchema.componentPrefix) else { return nil }
        return String(reference.dropFirst(JSONSchema.componentPrefix.count))
    }

    private func markRequested(_ schema: JSONValue) {
        if let name = componentName(of: schema) {
            if requested.insert(name).inserted, let component = recorder.components[name] { markRequested(component) }
            return
        }
        for element in schema.elements ?? [] { markRequested(element) }
        for member in schema.members ?? [] { markRequested(member.value) }
    }
}

extension JSONValue {
    /// This object without a member that is false.
    fileprivate func withoutMember(_ key: String) -> JSONValue {
        guard let members, self[key] == false else { return self }
        return .object(members.filter { $0.key != key })
    }
}
