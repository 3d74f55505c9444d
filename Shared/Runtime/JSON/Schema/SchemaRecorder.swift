/// Finds the schemas of types by running their own `init(from:)` against a decoder that hands out samples and writes down what was asked for.
/// One recorder collects the components of many types and refuses two types of one name.
package final class SchemaRecorder {
    /// The structs and unions met so far, by name.
    package private(set) var components: [String: JSONValue] = [:]
    private var names: [String: ObjectIdentifier] = [:]
    private var inProgress: Set<ObjectIdentifier> = []
    private var samples: [ObjectIdentifier: any Decodable] = [:]

    package init() {}

    /// The schema of a type: a reference when it is a struct or a union. Throws `NotRecordable`.
    package func schema<Value: Decodable>(of type: Value.Type) throws -> JSONValue {
        try record(type).schema
    }

    /// The schema, and a value for the initialiser that asked; nil inside the type's own recursion, where there is none yet.
    func record<Value: Decodable>(_ type: Value.Type) throws -> (schema: JSONValue, sample: Value?) {
        if let scalar = type as? any WireScalar.Type { return (scalar.schema, scalar.sample as? Value) }
        if let shape = type as? any RecordableShape.Type { return (try shape.recordSchema(with: self), shape.empty as? Value) }

        let identifier = ObjectIdentifier(type)
        let name = componentName(type)
        if let sample = samples[identifier] { return (JSONSchema.reference(to: name), sample as? Value) }
        if inProgress.contains(identifier) { return (JSONSchema.reference(to: name), nil) }
        let module = String(reflecting: type).prefix { $0 != "." }
        if module.hasPrefix("Foundation") { throw NotRecordable(description: "\(type) is not a wire type: give it a WireScalar") }

        inProgress.insert(identifier)
        defer { inProgress.remove(identifier) }
        if let union = type as? any WireUnion.Type {
            try claim(name, for: type)
            components[name] = try recordUnion(union, name: name)
            return (JSONSchema.reference(to: name), samples[identifier] as? Value)
        }
        let recording = RecordingDecoder(recorder: self)
        let sample = try type.init(from: recording)
        if let schema = recording.single { return (schema, sample) }
        try claim(name, for: type)
        components[name] = try objectSchema(of: type, recording)
        samples[identifier] = sample
        return (JSONSchema.reference(to: name), sample)
    }

    private func claim(_ name: String, for type: Any.Type) throws {
        if let other = names.updateValue(ObjectIdentifier(type), forKey: name), other != ObjectIdentifier(type) {
            throw NotRecordable(description: "two types are called \(name)")
        }
    }

    private func recordUnion<Union: WireUnion>(_ union: Union.Type, name: String) throws -> JSONValue {
        var references: [JSONValue] = []
        var mapping: [JSONValue.Member] = []
        for tag in Union.Tag.known {
            let recording = RecordingDecoder(recorder: self, tag: (key: Union.tagKey, value: tag))
            let sample = try union.init(from: recording)
            guard recording.sawTag else { throw NotRecordable(description: "\(union) does not decode its tag \(Union.tagKey)") }
            if samples[ObjectIdentifier(union)] == nil { samples[ObjectIdentifier(union)] = sample }
            let variant = name + capitalized(tag.rawValue)
            guard components.updateValue(try objectSchema(of: union, recording), forKey: variant) == nil else {
                throw NotRecordable(description: "two types are called \(variant)")
            }
            references.append(JSONSchema.reference(to: variant))
            mapping.append(JSONValue.Member(key: tag.rawValue, value: .string(JSONSchema.componentPrefix + variant)))
        }
        guard !references.isEmpty else { throw NotRecordable(description: "\(union) has no variants") }
        return ["oneOf": .array(references), "discriminator": ["propertyName": .string(Union.tagKey), "mapping": .object(mapping)]]
    }

    private func objectSchema(of type: Any.Type, _ recording: RecordingDecoder) throws -> JSONValue {
        var properties = recording.fields.map { JSONValue.Member(key: $0.key, value: $0.schema) }
        for rule in (type as? any WireRules.Type)?.rules ?? [] {
            guard let place = properties.firstIndex(where: { $0.key == rule.key }) else {
                throw NotRecordable(description: "\(type) has a rule for \(rule.key), which is not one of its fields")
            }
            properties[place].value = rule.applied(to: properties[place].value)
        }
        var schema: JSONValue = ["type": "object", "properties": .object(properties)]
        let required = recording.fields.filter(\.isRequired).map { JSONValue.string($0.key) }
        if !required.isEmpty { schema = schema.with("required", .array(required)) }
        return schema.with("additionalProperties", false)
    }

    /// `Page<Item>` is `ItemPage`.
    private func componentName(_ type: Any.Type) -> String {
        String(describing: type).split { "<>, ".contains($0) }.reversed().joined()
    }

    /// `text.added` is `TextAdded`.
    private func capitalized(_ tag: String) -> String {
        tag.split { !$0.isLetter && !$0.isNumber }.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }
}

extension Rule {
    /// The schema of a field with the keywords where they belong: on the value that is not null, or on its elements.
    fileprivate func applied(to schema: JSONValue) -> JSONValue {
        if let alternatives = schema["anyOf"]?.elements, let value = alternatives.first {
            return schema.with("anyOf", .array([applied(to: value)] + alternatives.dropFirst()))
        }
        if isAboutElements {
            return schema.with("items", add(to: schema["items"] ?? [:]))
        }
        return add(to: schema)
    }

    private func add(to schema: JSONValue) -> JSONValue {
        keywords.reduce(schema) { $0.with($1.key, $1.value) }
    }
}
