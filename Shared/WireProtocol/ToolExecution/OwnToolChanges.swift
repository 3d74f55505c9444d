package import JSON

/// A change of a tool of one's own (merge patch).
package struct UpdateTool: Codable, Sendable, Equatable, WireRules {
    package var description: String?
    /// Merged into the schema that there is.
    package var parameters: JSONValue?
    package var http: Patch<UpdateHTTPToolTarget>
    package var program: Patch<UpdateProgramToolTarget>

    package init(
        description: String? = nil, parameters: JSONValue? = nil, http: Patch<UpdateHTTPToolTarget> = .absent,
        program: Patch<UpdateProgramToolTarget> = .absent
    ) {
        self.description = description
        self.parameters = parameters
        self.http = http
        self.program = program
    }

    package static var rules: [Rule] {
        [
            .length(CodingKeys.description, 1...2000),
            .describe(CodingKeys.parameters, "Merged into the schema that there is, at any depth; `null` removes a member."),
        ]
    }
}

/// A change of a tool that is a request (merge patch).
package struct UpdateHTTPToolTarget: Codable, Sendable, Equatable, WireRules {
    package var method: String?
    package var url: String?
    package var query: Patch<[String]>
    package var headers: Patch<[String: Patch<String>]>
    package var secrets: Patch<[String]>

    package static var rules: [Rule] { HTTPToolTarget.rules }
}

/// A change of a tool that is a program (merge patch).
package struct UpdateProgramToolTarget: Codable, Sendable, Equatable, WireRules {
    package var language: CodeLanguage?
    package var code: String?
    package var network: Patch<UpdateNetworkGrant>

    package init(language: CodeLanguage? = nil, code: String? = nil, network: Patch<UpdateNetworkGrant> = .absent) {
        self.language = language
        self.code = code
        self.network = network
    }

    package static var rules: [Rule] { ProgramToolTarget.rules }
}

/// A change of what may be asked outside (merge patch).
package struct UpdateNetworkGrant: Codable, Sendable, Equatable, WireRules {
    package var hosts: [String]?
    package var methods: Patch<[String]>
    package var maxBytes: Patch<Int>
    package var secrets: Patch<[String]>

    package static var rules: [Rule] { NetworkGrant.rules.filter { rule in !rule.keywords.contains { $0.key == "default" } } }
}
