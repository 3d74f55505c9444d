/// The JSON Schema (2020-12) of a type, with the named types that it refers to.
///
/// Only these forms occur, so that a validator can be small:
/// - `{}`: anything;
/// - `{"type": "string" | "integer" | "number" | "boolean"}` with `enum`, `const`, `minLength`, `maxLength`, `pattern`, `format`, `minimum`, `maximum`;
/// - `{"type": "array", "items": S}` with `minItems`, `maxItems`;
/// - `{"type": "object", "properties": {…}, "required": […], "additionalProperties": false}` for a struct;
/// - `{"type": "object", "additionalProperties": S}` with `minProperties`, `maxProperties` for a dictionary;
/// - `{"anyOf": [S, {"type": "null"}]}` for what may be null; an optional field may be absent or null;
/// - `{"oneOf": [{"$ref": …}, …], "discriminator": {"propertyName": …, "mapping": {tag: reference}}}` for a tagged union;
/// - `{"$ref": "#/components/schemas/Name"}`, perhaps with keywords beside it.
///
/// `description`, `default` and `examples` may stand anywhere.
package struct JSONSchema: Sendable, Hashable {
    /// What stands before the name of a component in a reference.
    package static let componentPrefix = "#/components/schemas/"

    package var root: JSONValue
    /// The schemas of structs and unions by name.
    package var components: [String: JSONValue]

    package init(root: JSONValue, components: [String: JSONValue] = [:]) {
        self.root = root
        self.components = components
    }

    /// The schema of a type; throws `NotRecordable` for a type that cannot be a wire type.
    package static func of<Value: Decodable>(_ type: Value.Type) throws -> JSONSchema {
        let recorder = SchemaRecorder()
        let root = try recorder.schema(of: type)
        return JSONSchema(root: root, components: recorder.components)
    }

    /// A reference to a component.
    package static func reference(to component: String) -> JSONValue {
        ["$ref": .string(componentPrefix + component)]
    }

    /// This value or null.
    static func nullable(_ schema: JSONValue) -> JSONValue {
        if schema == [:] { return schema }
        return ["anyOf": [schema, ["type": "null"]]]
    }
}

/// Why a type has no schema.
package struct NotRecordable: Error, Hashable, CustomStringConvertible {
    package let description: String
}
