internal import HTTPMessage
package import JSON
internal import WireProtocol

/// The OpenAPI 3.1 document of what the gateway answers, made of the endpoint declarations.
package enum OpenAPIDocument {
    /// The document; the same declarations always give the same. Throws `NotRecordable` when a type is no wire type.
    package static func make() throws -> JSONValue {
        let components = SchemaComponents()
        var paths: [JSONValue.Member] = []
        for endpoint in AllEndpoints.public {
            let operation = try OperationObject(endpoint: endpoint, components: components).object()
            let method = endpoint.method.name.lowercased()
            let path = endpoint.path.description
            if let place = paths.firstIndex(where: { $0.key == path }) {
                paths[place].value = paths[place].value.with(method, operation)
            } else {
                paths.append(JSONValue.Member(key: path, value: .object([JSONValue.Member(key: method, value: operation)])))
            }
        }
        return [
            "openapi": "3.1.0",
            "info": info,
            "servers": [["url": "/"]],
            "tags": .array(tags.map { ["name": .string($0.service.rawValue), "description": .string($0.text)] }),
            "paths": .object(paths),
            "components": [
                "schemas": components.schemas,
                "parameters": RequestHeaders.components,
                "headers": ResponseHeaders.components,
                "securitySchemes": SecuritySchemes.components,
            ],
        ]
    }

    /// The document on many lines, as it is committed.
    package static func text() throws -> String {
        PrettyPrinter.text(of: try make()) + "\n"
    }

    private static let info: JSONValue = [
        "title": "Troupe",
        "version": "1.0.0",
        "description": """
        A self-hosted platform for AI agents. Ids are TypeIDs, times are RFC 3339 in UTC, keys are snake_case. Unknown fields of a \
        request are refused; a reader of answers should ignore fields, codes and events that it does not know. Failures are \
        problem details (RFC 9457). What belongs to somebody else is 404.
        """,
        "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
    ]

    private static let tags: [(service: ServiceName, text: String)] = [
        (.auth, "Accounts, sessions and tokens"),
        (.agent, "Agents, conversations, messages and runs"),
        (.toolExecution, "Sandboxes that execute code"),
        (.file, "Files of people and of runs"),
        (.simulation, "Scenarios, crews and simulations"),
        (.gateway, "Health and documentation"),
    ]
}
