package import JSON

/// What a tool does, in general.
package enum ToolKind: String, WireEnum {
    /// Executes code that the caller gives.
    case code
    /// Reads and writes the files of a sandbox.
    case files
    /// Asks servers outside.
    case network
    /// Somebody's own: a request to a server.
    case http
    /// Somebody's own: a program.
    case program
    case unknown
}

/// Whether a tool can be used here.
package struct ToolAvailability: Codable, Sendable, Hashable, WireRules {
    package var isAvailable: Bool
    /// Why it is not.
    package var reason: String?
    /// The command that installs what is missing.
    package var install: String?

    package init(isAvailable: Bool, reason: String? = nil, install: String? = nil) {
        self.isAvailable = isAvailable
        self.reason = reason
        self.install = install
    }

    private enum CodingKeys: String, CodingKey {
        case isAvailable = "available"
        case reason, install
    }

    package static var rules: [Rule] {
        [
            .describe(CodingKeys.reason, "Why it cannot be used here."),
            .describe(CodingKeys.install, "The command that installs what is missing.", example: "apt-get install --yes nodejs"),
        ]
    }
}

/// A tool as the catalogue shows it.
package struct Tool: Codable, Sendable, Hashable, WireRules {
    package var name: String
    /// What it does, for people and models.
    package var description: String
    package var kind: ToolKind
    /// The JSON Schema of the arguments.
    package var parameters: JSONValue
    /// Whether it works in a sandbox of the caller, which must be named.
    package var needsSandbox: Bool
    package var availability: ToolAvailability

    package init(
        name: String, description: String, kind: ToolKind, parameters: JSONValue, needsSandbox: Bool, availability: ToolAvailability
    ) {
        self.name = name
        self.description = description
        self.kind = kind
        self.parameters = parameters
        self.needsSandbox = needsSandbox
        self.availability = availability
    }

    package static var rules: [Rule] {
        [
            .describe(CodingKeys.parameters, "The JSON Schema of the arguments."),
            .describe(CodingKeys.needsSandbox, "Whether it works in a sandbox of the caller, which must be named.", example: false),
        ]
    }
}

/// Which tools.
package struct ToolQuery: Codable, Sendable, Hashable, WireRules, ListQuery {
    /// Only these; absent: all.
    package var name: [String]?
    /// At most this many; 20 when absent.
    package var limit: Int?
    /// `next_cursor` of the page before.
    package var cursor: String?

    /// The most names that can be asked for at once.
    package static let mostNames = 64

    package init(name: [String]? = nil, limit: Int? = nil, cursor: String? = nil) {
        self.name = name
        self.limit = limit
        self.cursor = cursor
    }

    package static var rules: [Rule] {
        PageQuery.rules + [
            .count(CodingKeys.name, 1...mostNames), .elementLength(CodingKeys.name, 1...64),
            .describe(CodingKeys.name, "Only these, each given once; absent: all."),
        ]
    }
}

/// A call of a tool.
package struct ExecuteTool: Codable, Sendable, Hashable, WireRules {
    /// As the tool's schema wants them.
    package var arguments: JSONValue
    /// The caller's sandbox to work in; absent: one of the call's own, which ends with it.
    package var sandboxID: SandboxID?
    /// After how many seconds it is stopped.
    package var timeoutS: Int?
    /// Names the effect.
    package var effectKey: String?
    /// The agent for which it is called.
    package var agentID: AgentID?
    /// Whether the person has agreed to this call.
    package var approved: Bool?

    package init(
        arguments: JSONValue, sandboxID: SandboxID? = nil, timeoutS: Int? = nil, effectKey: String? = nil, agentID: AgentID? = nil,
        approved: Bool? = nil
    ) {
        self.agentID = agentID
        self.approved = approved
        self.arguments = arguments
        self.sandboxID = sandboxID
        self.timeoutS = timeoutS
        self.effectKey = effectKey
    }

    package static var rules: [Rule] {
        [
            .describe(CodingKeys.arguments, "As the tool's schema wants them.", example: ["code": "print(6 * 7)"]),
            .describe(CodingKeys.sandboxID, "The sandbox to work in. Without it the call has one of its own, which ends with it."),
            .range(CodingKeys.timeoutS, 1...600), .defaultValue(CodingKeys.timeoutS, 60),
            .describe(CodingKeys.timeoutS, "After how many seconds it is stopped."),
            .describe(CodingKeys.agentID, "The agent for which it is called: its policy holds."),
            .defaultValue(CodingKeys.approved, false),
            .describe(CodingKeys.approved, "Whether the person agrees to this call. Only the person can say so, no service for them."),
            .length(CodingKeys.effectKey, 1...200),
            .describe(
                CodingKeys.effectKey,
                "Names the effect: the same key gives the first result and runs nothing; with other arguments it is refused."),
        ]
    }
}

/// A person's word for one call of a tool.
package struct ApproveToolCall: Codable, Sendable, Hashable, WireRules {
    /// Names the effect of the call.
    package var effectKey: String
    /// Those of the call.
    package var arguments: JSONValue

    package init(effectKey: String, arguments: JSONValue) {
        self.effectKey = effectKey
        self.arguments = arguments
    }

    package static var rules: [Rule] {
        [
            .length(CodingKeys.effectKey, 1...200),
            .describe(CodingKeys.effectKey, "The effect key of the call that is agreed to."),
            .describe(
                CodingKeys.arguments, "The arguments of that call; with others it is not agreed to.", example: ["code": "print(6 * 7)"]),
        ]
    }
}

/// What a tool gave.
package struct ToolResult: Codable, Sendable, Hashable, WireRules {
    package var tool: String
    package var outcome: ExecutionOutcome
    /// 0 when all went well.
    package var exitCode: Int
    /// The result as a text, for the model to read.
    package var content: String
    /// What went wrong, and what the tool said besides.
    package var errors: String
    /// Whether some of the text was left out because there was too much.
    package var truncated: Bool
    package var durationMs: Int
    /// What it saved.
    package var files: [FileReference]
    /// How many more there are that were not saved; absent for none.
    package var unsavedFiles: Int?

    package init(tool: String, _ result: ExecutionResult) {
        self.tool = tool
        outcome = result.outcome
        exitCode = result.exitCode
        content = result.stdout
        errors = result.stderr
        truncated = result.truncated
        durationMs = result.durationMs
        files = result.files
        unsavedFiles = result.unsavedFiles
    }

    package static var rules: [Rule] {
        [
            .describe(CodingKeys.exitCode, "0 when all went well.", example: 0),
            .describe(CodingKeys.content, "The result as a text, for the model to read.", example: "42\n"),
            .describe(CodingKeys.errors, "What went wrong, and what the tool said besides."),
            .describe(CodingKeys.truncated, "Whether some of the text was left out because there was too much.", example: false),
            .describe(CodingKeys.files, "What it saved in `/home/user/out`."),
            .describe(CodingKeys.unsavedFiles, UnsavedFiles.description),
        ]
    }
}
