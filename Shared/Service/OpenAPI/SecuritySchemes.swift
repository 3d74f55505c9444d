internal import JSON
internal import WireProtocol

/// How a caller shows who they are.
enum SecuritySchemes {
    static var components: JSONValue {
        let permissions = Permission.known.filter { !$0.isInternal }
        let scopes = permissions.map { JSONValue.Member(key: $0.rawValue, value: .string(meaning(of: $0))) }
        return [
            "bearer": ["type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "An access token."],
            "apiKey": ["type": "apiKey", "in": "header", "name": "X-API-Key", "description": "An API key; also as a bearer token."],
            "oauth2": [
                "type": "oauth2",
                "flows": ["password": ["tokenUrl": "/oauth/token", "refreshUrl": "/oauth/token", "scopes": .object(scopes)]],
            ],
        ]
    }

    static func requirements(of rule: AuthorizationRule) -> [JSONValue] {
        switch rule {
        case .public: []
        case .authenticated: [["bearer": []], ["apiKey": []], ["oauth2": []]]
        case .permission(let permission), .service(let permission):
            [["bearer": []], ["apiKey": []], ["oauth2": [.string(permission.rawValue)]]]
        }
    }

    private static func meaning(of permission: Permission) -> String {
        let parts = permission.rawValue.split(separator: ":")
        return parts.last == "read" ? "Read \(parts.first ?? "")" : "Make, change and use \(parts.first ?? "")"
    }
}
