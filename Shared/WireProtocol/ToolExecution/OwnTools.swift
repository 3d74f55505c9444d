package import JSON

/// A tool that is a request to a server.
package struct HTTPToolTarget: Codable, Sendable, Hashable, WireRules {
    package var method: String
    package var url: String
    /// The arguments that go into the query; absent: all that are left, where the method has no body.
    package var query: [String]?
    package var headers: [String: String]?
    /// By name.
    package var secrets: [String]?

    package init(
        method: String, url: String, query: [String]? = nil, headers: [String: String]? = nil, secrets: [String]? = nil
    ) {
        self.method = method
        self.url = url
        self.query = query
        self.headers = headers
        self.secrets = secrets
    }

    package static var rules: [Rule] {
        [
            .length(CodingKeys.method, 1...16),
            .describe(
                CodingKeys.method,
                "What is left of the arguments goes into the query for GET, HEAD and DELETE, and into a JSON body otherwise.",
                example: "GET"),
            .length(CodingKeys.url, 1...4000),
            .describe(CodingKeys.url, "`{name}` in path and query stands for an argument.", example: "https://api.example.com/items/{id}"),
            .count(CodingKeys.query, 0...64), .elementLength(CodingKeys.query, 1...128),
            .describe(CodingKeys.query, "The arguments that go into the query, whatever the method."),
            .members(CodingKeys.headers, 0...32), .describe(CodingKeys.headers, "Fields of every request."),
            .count(CodingKeys.secrets, 0...16), .elementLength(CodingKeys.secrets, 1...64),
            .describe(CodingKeys.secrets, "The names of secrets that are put into the request on its way."),
        ]
    }
}

/// A tool that is a program.
package struct ProgramToolTarget: Codable, Sendable, Hashable, WireRules {
    package var language: CodeLanguage
    package var code: String
    /// What it may ask outside; nothing when absent.
    package var network: NetworkGrant?

    package init(language: CodeLanguage, code: String, network: NetworkGrant? = nil) {
        self.language = language
        self.code = code
        self.network = network
    }

    package static var rules: [Rule] {
        [
            .length(CodingKeys.code, 1...40_000),
            .describe(
                CodingKeys.code, "Finds its arguments in `ARGUMENTS`: an object, or for Bash their JSON. What it prints is the result.",
                example: "print(ARGUMENTS['a'] + ARGUMENTS['b'])"),
        ]
    }
}

/// A tool of one's own: a request or a program.
package struct CreateTool: Codable, Sendable, Hashable, WireRules {
    package var name: String
    package var description: String
    package var parameters: JSONValue
    package var http: HTTPToolTarget?
    package var program: ProgramToolTarget?

    package init(
        name: String, description: String, parameters: JSONValue, http: HTTPToolTarget? = nil, program: ProgramToolTarget? = nil
    ) {
        self.name = name
        self.description = description
        self.parameters = parameters
        self.http = http
        self.program = program
    }

    package static var rules: [Rule] {
        [
            .length(CodingKeys.name, 1...64),
            .describe(CodingKeys.name, "A lower-case letter, then letters, digits and `_`.", example: "get_item"),
            .length(CodingKeys.description, 1...2000), .describe(CodingKeys.description, "What it does, for people and models."),
            .describe(
                CodingKeys.parameters, "The JSON Schema of the arguments, an object.",
                example: ["type": "object", "properties": ["id": ["type": "string"]], "required": ["id"]]),
            .describe(CodingKeys.http, "The request that it is; or `program`."),
            .describe(CodingKeys.program, "The program that it is; or `http`."),
        ]
    }
}

/// An OpenAPI document whose operations become tools.
package struct ImportTools: Codable, Sendable, Hashable, WireRules {
    package var document: JSONValue
    /// In place of the document's first server.
    package var server: String?
    /// Which operations; all when absent.
    package var operations: [String]?
    /// By name, for every request.
    package var secrets: [String]?

    package init(document: JSONValue, server: String? = nil, operations: [String]? = nil, secrets: [String]? = nil) {
        self.document = document
        self.server = server
        self.operations = operations
        self.secrets = secrets
    }

    package static var rules: [Rule] {
        [
            .describe(CodingKeys.document, "OpenAPI 3, as JSON."),
            .length(CodingKeys.server, 1...1000),
            .describe(CodingKeys.server, "In place of the document's first server.", example: "https://api.example.com/v1"),
            .count(CodingKeys.operations, 1...100), .elementLength(CodingKeys.operations, 1...200),
            .describe(CodingKeys.operations, "The `operationId`s that become tools; all when absent."),
            .count(CodingKeys.secrets, 0...16), .elementLength(CodingKeys.secrets, 1...64),
            .describe(CodingKeys.secrets, "The names of secrets that are put into every request."),
        ]
    }
}

/// The tools that came of a document.
package struct ImportedTools: Codable, Sendable, Hashable {
    package var data: [Tool]

    package init(data: [Tool]) { self.data = data }
}

/// Whether a tool may be called.
package enum ToolPolicy: String, WireEnum {
    case allow
    /// A person has to agree to each call.
    case ask
    case deny
    case unknown
}

/// A policy: of a tool, for an agent or for all.
package struct ToolPolicyRule: Codable, Sendable, Hashable, WireRules {
    package var tool: String
    /// Absent: for every caller of whom nothing else is said.
    package var agentID: AgentID?
    package var policy: ToolPolicy

    package init(tool: String, agentID: AgentID? = nil, policy: ToolPolicy) {
        self.tool = tool
        self.agentID = agentID
        self.policy = policy
    }

    package static var rules: [Rule] {
        [
            .length(CodingKeys.tool, 1...64),
            .describe(CodingKeys.agentID, "Absent: for every caller of whom nothing else is said."),
            .describe(CodingKeys.policy, "`ask`: a person has to agree to each call.", example: "ask"),
        ]
    }
}

/// The policies of a person.
package struct ToolPolicies: Codable, Sendable, Hashable {
    package var data: [ToolPolicyRule]

    package init(data: [ToolPolicyRule]) { self.data = data }
}
