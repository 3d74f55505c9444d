package import JSON

/// A language that a sandbox executes.
package enum CodeLanguage: String, WireEnum {
    case python, javascript, bash, unknown
}

/// A new sandbox.
package struct CreateSandbox: Codable, Sendable, Hashable, WireRules {
    /// Of the interpreter that is started at once; Python when absent.
    package var language: CodeLanguage?
    /// After how many seconds without use it ends.
    package var timeoutS: Int?
    /// What it may ask outside; nothing when absent.
    package var network: NetworkGrant?

    package init(language: CodeLanguage? = nil, timeoutS: Int? = nil, network: NetworkGrant? = nil) {
        self.language = language
        self.timeoutS = timeoutS
        self.network = network
    }

    package static var rules: [Rule] {
        [
            .defaultValue(CodingKeys.language, "python"),
            .range(CodingKeys.timeoutS, 1...86_400), .defaultValue(CodingKeys.timeoutS, 300),
            .describe(CodingKeys.timeoutS, "After how many seconds without use it ends."),
            .describe(CodingKeys.network, "What it may ask outside; nothing when absent."),
        ]
    }
}

/// How a sandbox is.
package enum SandboxStatus: String, WireEnum {
    case running, ended, unknown
}

/// A sandbox.
package struct Sandbox: Codable, Sendable, Hashable {
    package var id: SandboxID
    package var language: CodeLanguage
    package var status: SandboxStatus
    package var timeoutS: Int
    package var createdAt: Timestamp
    /// When it ends unless it is used before.
    package var expiresAt: Timestamp

    package init(
        id: SandboxID, language: CodeLanguage, status: SandboxStatus, timeoutS: Int, createdAt: Timestamp, expiresAt: Timestamp
    ) {
        self.id = id
        self.language = language
        self.status = status
        self.timeoutS = timeoutS
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}

/// Code to execute.
package struct ExecuteCode: Codable, Sendable, Hashable, WireRules {
    package var language: CodeLanguage
    package var code: String
    /// After how many seconds it is stopped.
    package var timeoutS: Int?

    package init(language: CodeLanguage, code: String, timeoutS: Int? = nil) {
        self.language = language
        self.code = code
        self.timeoutS = timeoutS
    }

    package static var rules: [Rule] {
        [
            .describe(CodingKeys.language, "Each language has an interpreter of its own in the sandbox.", example: "python"),
            .length(CodingKeys.code, 1...200_000), .describe(CodingKeys.code, "The code.", example: "print(6 * 7)"),
            .range(CodingKeys.timeoutS, 1...600), .defaultValue(CodingKeys.timeoutS, 60),
            .describe(CodingKeys.timeoutS, "After how many seconds it is stopped."),
        ]
    }
}
