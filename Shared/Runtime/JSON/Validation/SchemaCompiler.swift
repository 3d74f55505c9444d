/// Turns a schema into shapes. A component has its place before its content is compiled, which is how recursion ends.
struct SchemaCompiler {
    private let components: [String: JSONValue]
    private var places: [String: Int] = [:]
    private(set) var tables = ShapeTables()

    init(components: [String: JSONValue]) {
        self.components = components
    }

    /// The index of a schema's shape.
    mutating func compile(_ schema: JSONValue) throws -> Int {
        if let reference = schema["$ref"] { return try place(of: reference) }
        let place = reserve()
        tables.shapes[place] = try shape(of: schema)
        return place
    }

    private mutating func reserve() -> Int {
        tables.shapes.append(Shape())
        return tables.shapes.count - 1
    }

    private mutating func place(of reference: JSONValue) throws -> Int {
        let prefix = JSONSchema.componentPrefix
        guard let text = reference.string, text.hasPrefix(prefix) else { throw unsupported("the reference", reference) }
        let name = String(text.dropFirst(prefix.count))
        if let place = places[name] { return place }
        guard let component = components[name] else { throw unsupported("a reference to the missing component", .string(name)) }
        // Other components could stand for themselves, and a walk through them would never end.
        guard component["oneOf"] != nil || component["type"] == "object" else { throw unsupported("the component", .string(name)) }
        let place = reserve()
        places[name] = place
        tables.shapes[place] = try shape(of: component)
        return place
    }

    private mutating func shape(of schema: JSONValue) throws -> Shape {
        guard schema.members != nil else { throw unsupported("the schema", schema) }
        if let alternatives = schema["anyOf"] { return try nullable(alternatives) }
        if let variants = schema["oneOf"] { return try union(variants, schema["discriminator"]) }
        guard let type = schema["type"] else { return Shape() }
        switch type {
        case "string": return try string(schema)
        case "integer":
            let range = try bounds(schema, "minimum", "maximum", within: Int.min...Int.max) { $0.int }
            return Shape(kind: .integer, integers: range)
        case "number":
            let range = try bounds(schema, "minimum", "maximum", within: -Double.infinity...Double.infinity) { $0.double }
            return Shape(kind: .number, numbers: range)
        case "boolean": return Shape(kind: .boolean)
        case "null": return Shape(kind: .null)
        case "array":
            return Shape(kind: .array, count: try counts(schema, "minItems", "maxItems"), element: try compile(schema["items"] ?? [:]))
        case "object": return try object(schema)
        default: throw unsupported("the type", type)
        }
    }

    private mutating func string(_ schema: JSONValue) throws -> Shape {
        let allowed = schema["const"].map { [$0] } ?? schema["enum"]?.elements
        guard schema["enum"] == nil || allowed?.isEmpty == false else { throw unsupported("the enumeration", schema) }
        let entries = try (allowed ?? []).map { value in
            guard let text = value.string else { throw unsupported("the allowed value", value) }
            return Entry(name: tables.add(name: text))
        }
        return Shape(kind: .string, count: try counts(schema, "minLength", "maxLength"), entries: append(entries))
    }

    private mutating func object(_ schema: JSONValue) throws -> Shape {
        let properties = schema["properties"]?.members ?? []
        guard properties.count <= ShapeTables.maximumProperties else { throw unsupported("more properties than 64", schema) }
        let entries = try properties.map { Entry(name: tables.add(name: $0.key), shape: try compile($0.value)) }
        var shape = Shape(kind: .object, count: try counts(schema, "minProperties", "maxProperties"), entries: append(entries))
        switch schema["additionalProperties"] {
        case nil, true: break
        case false: shape.element = Shape.refused
        case .some(let additional): shape.element = try compile(additional)
        }
        for name in schema["required"]?.elements ?? [] {
            guard let index = properties.firstIndex(where: { .string($0.key) == name }) else {
                throw unsupported("the requirement of", name)
            }
            shape.required |= 1 << UInt64(index)
        }
        return shape
    }

    /// `anyOf` with two alternatives, of which the second is null.
    private mutating func nullable(_ alternatives: JSONValue) throws -> Shape {
        guard let alternatives = alternatives.elements, alternatives.count == 2, alternatives[1]["type"] == "null" else {
            throw unsupported("the alternatives", alternatives)
        }
        return Shape(kind: .nullable, element: try compile(alternatives[0]))
    }

    private mutating func union(_ variants: JSONValue, _ discriminator: JSONValue?) throws -> Shape {
        guard let name = discriminator?["propertyName"]?.string, let mapping = discriminator?["mapping"]?.members,
            mapping.count == variants.elements?.count
        else { throw unsupported("the union", variants) }
        let entries = try mapping.map { variant in
            let place = try place(of: variant.value)
            guard components[componentName(variant.value)]?["type"] == "object" else { throw unsupported("the variant", variant.value) }
            return Entry(name: tables.add(name: variant.key), shape: place)
        }
        return Shape(kind: .union, entries: append(entries), discriminator: tables.add(name: name))
    }

    private func componentName(_ reference: JSONValue) -> String {
        String((reference.string ?? "").dropFirst(JSONSchema.componentPrefix.count))
    }

    private mutating func append(_ entries: [Entry]) -> Range<Int> {
        let start = tables.entries.count
        tables.entries += entries
        return start..<tables.entries.count
    }

    private func counts(_ schema: JSONValue, _ minimum: String, _ maximum: String) throws -> ClosedRange<Int> {
        try bounds(schema, minimum, maximum, within: 0...Int.max) { $0.int }
    }

    private func bounds<Bound: Comparable>(
        _ schema: JSONValue, _ minimum: String, _ maximum: String, within range: ClosedRange<Bound>, _ read: (JSONValue) -> Bound?
    ) throws -> ClosedRange<Bound> {
        let lower = try bound(schema[minimum], read) ?? range.lowerBound
        let upper = try bound(schema[maximum], read) ?? range.upperBound
        guard lower <= upper else { throw unsupported("the empty range", schema) }
        return lower...upper
    }

    private func bound<Bound>(_ value: JSONValue?, _ read: (JSONValue) -> Bound?) throws -> Bound? {
        guard let value else { return nil }
        guard let bound = read(value) else { throw unsupported("the bound", value) }
        return bound
    }

    private func unsupported(_ what: String, _ value: JSONValue) -> UnsupportedSchema {
        UnsupportedSchema(description: "\(what) \(value) is not supported")
    }
}
