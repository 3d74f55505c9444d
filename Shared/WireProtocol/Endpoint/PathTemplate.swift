internal import HTTPMessage
package import JSON

/// A path with places for parameters, like `/api/v1/agents/{id}`.
package struct PathTemplate: Sendable, Hashable, CustomStringConvertible {
    /// One part between slashes.
    package enum Segment: Sendable, Hashable {
        case literal(String)
        case parameter(String)
    }

    /// As it was written; fit as a label.
    package let description: String
    package let segments: [Segment]

    package init(_ text: String) {
        description = text
        segments = text.split(separator: "/").map { part in
            part.hasPrefix("{") && part.hasSuffix("}") ? .parameter(String(part.dropFirst().dropLast())) : .literal(String(part))
        }
    }

    /// The names of the parameters in their order.
    package var parameterNames: [String] {
        segments.compactMap { if case .parameter(let name) = $0 { name } else { nil } }
    }

    /// The path with the parameters filled in and percent-encoded; nil when one is missing or empty.
    package func expanded(_ values: [String: String]) -> String? {
        var path = ""
        for segment in segments {
            switch segment {
            case .literal(let text): path += "/" + text
            case .parameter(let name):
                guard let value = values[name], !value.isEmpty else { return nil }
                path += "/" + PercentEncoding.encode(value)
            }
        }
        return path.isEmpty ? "/" : path
    }
}

/// A parameter of a path.
package struct PathParameter: Sendable, Hashable {
    package let name: String
    package let schema: JSONValue

    /// A parameter whose text is this scalar.
    package static func of<Value: WireString>(_ name: String, _ type: Value.Type) -> PathParameter {
        PathParameter(name: name, schema: type.schema)
    }

    /// A parameter of any text up to this length.
    package static func text(_ name: String, maximumLength: Int) -> PathParameter {
        PathParameter(name: name, schema: ["type": "string", "minLength": 1, "maxLength": .int(maximumLength)])
    }
}

extension PathParameter {
    /// `{id}` as the id of this kind of thing.
    package static func id<Tag>(_ type: TypeID<Tag>.Type) -> PathParameter { .of("id", type) }
}
