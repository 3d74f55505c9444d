package import JSON

/// A language that a sandbox executes.
package enum CodeLanguage: String, WireEnum {
    case python, javascript, bash, unknown
}

/// What a sandbox is made for.
package enum SandboxTemplate: String, WireEnum {
    /// Commands and files; interpreters are started when they are asked for.
    case base
    /// The same with an interpreter that is there at once.
    case codeInterpreter = "code_interpreter"
    case unknown
}

/// A new sandbox.
package struct CreateSandbox: Codable, Sendable, Hashable, WireRules {
    package var template: SandboxTemplate?
    /// Of the interpreter that is started at once; Python when absent.
    package var language: CodeLanguage?
    /// After how many seconds without use it ends.
    package var timeoutS: Int?
    /// What it may ask outside; nothing when absent.
    package var network: NetworkGrant?
    /// Of Python: `name==version`.
    package var packages: [String]?
    /// Less than it would get.
    package var limits: SandboxSize?
    /// The maker's own words about it.
    package var metadata: [String: String]?
    /// Variables of everything that runs in it.
    package var environment: [String: String]?

    package init(
        template: SandboxTemplate? = nil, language: CodeLanguage? = nil, timeoutS: Int? = nil, network: NetworkGrant? = nil,
        packages: [String]? = nil, limits: SandboxSize? = nil, metadata: [String: String]? = nil, environment: [String: String]? = nil
    ) {
        self.template = template
        self.language = language
        self.timeoutS = timeoutS
        self.network = network
        self.packages = packages
        self.limits = limits
        self.metadata = metadata
        self.environment = environment
    }

    package static var rules: [Rule] {
        [
            .defaultValue(CodingKeys.template, "code_interpreter"),
            .defaultValue(CodingKeys.language, "python"),
            .range(CodingKeys.timeoutS, 1...86_400), .defaultValue(CodingKeys.timeoutS, 300),
            .describe(CodingKeys.timeoutS, "After how many seconds without use it ends."),
            .describe(CodingKeys.network, "What it may ask outside; nothing when absent."),
            .count(CodingKeys.packages, 0...32), .elementLength(CodingKeys.packages, 1...300),
            .describe(
                CodingKeys.packages,
                """
                Packages of Python to be there from the start, as `name==version`, `name` or `name[extra]==version`, with what they need: \
                wheels of the server's index, which the sandbox can reach until they are installed and no longer.
                """, example: ["numpy==1.26.4"]),
            .describe(CodingKeys.limits, "How much it may use; never more than the service gives."),
            .members(CodingKeys.metadata, 0...32), .describe(CodingKeys.metadata, "The maker's own words about it."),
            .members(CodingKeys.environment, 0...64), .describe(CodingKeys.environment, "Variables of everything that runs in it."),
        ]
    }
}

/// How much a sandbox may use.
package struct SandboxSize: Codable, Sendable, Hashable, WireRules {
    package var memoryMb: Int?
    package var diskMb: Int?
    package var processes: Int?

    package init(memoryMb: Int? = nil, diskMb: Int? = nil, processes: Int? = nil) {
        self.memoryMb = memoryMb
        self.diskMb = diskMb
        self.processes = processes
    }

    package static var rules: [Rule] {
        [.range(CodingKeys.memoryMb, 16...16_384), .range(CodingKeys.diskMb, 1...16_384), .range(CodingKeys.processes, 4...1024)]
    }
}

/// A change of a sandbox (merge patch).
package struct UpdateSandbox: Codable, Sendable, Equatable, WireRules {
    /// It ends after so many seconds without use, from now on.
    package var timeoutS: Int?
    /// Those that are named are set or removed.
    package var metadata: [String: Patch<String>]?

    package init(timeoutS: Int? = nil, metadata: [String: Patch<String>]? = nil) {
        self.timeoutS = timeoutS
        self.metadata = metadata
    }

    package static var rules: [Rule] {
        [
            .range(CodingKeys.timeoutS, 1...86_400),
            .describe(CodingKeys.timeoutS, "It ends after so many seconds without use, from now on."),
            .members(CodingKeys.metadata, 0...32), .describe(CodingKeys.metadata, "Those that are named are set, or removed with `null`."),
        ]
    }
}

/// The query of the list of sandboxes.
package struct SandboxQuery: Codable, Sendable, Hashable, WireRules, ListQuery {
    package var limit: Int?
    package var cursor: String?
    package var status: SandboxStatus?
    /// `name=value` pairs that its metadata have.
    package var metadata: [String]?

    package init(limit: Int? = nil, cursor: String? = nil, status: SandboxStatus? = nil, metadata: [String]? = nil) {
        self.limit = limit
        self.cursor = cursor
        self.status = status
        self.metadata = metadata
    }

    package static var rules: [Rule] {
        [
            .range(CodingKeys.limit, 1...100), .defaultValue(CodingKeys.limit, 20), .describe(CodingKeys.limit, "How many at most."),
            .length(CodingKeys.cursor, 1...512), .describe(CodingKeys.cursor, "`next_cursor` of the page before."),
            .count(CodingKeys.metadata, 0...16), .elementLength(CodingKeys.metadata, 1...1000),
            .describe(CodingKeys.metadata, "`name=value` pairs that its metadata have, each given by itself.", example: ["job=nightly"]),
        ]
    }
}

/// How a sandbox is.
package enum SandboxStatus: String, WireEnum {
    case running, ended, unknown
}

/// A sandbox.
package struct Sandbox: Codable, Sendable, Hashable, WireRules {
    package var id: SandboxID
    package var template: SandboxTemplate
    package var language: CodeLanguage
    package var status: SandboxStatus
    package var timeoutS: Int
    package var createdAt: Timestamp
    /// When it ends unless it is used before.
    package var expiresAt: Timestamp
    package var metadata: [String: String]
    /// Whether everything in it is stopped.
    package var paused: Bool
    /// What keeps it apart from the machine.
    package var tier: String
    /// What it may ask outside; nothing when absent.
    package var network: NetworkGrant?

    package init(
        id: SandboxID, template: SandboxTemplate, language: CodeLanguage, status: SandboxStatus, timeoutS: Int, createdAt: Timestamp,
        expiresAt: Timestamp, metadata: [String: String], paused: Bool, tier: String, network: NetworkGrant?
    ) {
        self.paused = paused
        self.tier = tier
        self.network = network
        self.id = id
        self.template = template
        self.metadata = metadata
        self.language = language
        self.status = status
        self.timeoutS = timeoutS
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}

extension Sandbox {
    package static var rules: [Rule] {
        [
            .describe(CodingKeys.paused, "Whether everything in it is stopped."),
            .describe(CodingKeys.tier, "What keeps it apart from the machine: `namespaces`, or the weaker `landlock`."),
            .describe(CodingKeys.network, "What it may ask outside; nothing when absent. Secrets are named, their values never shown."),
        ]
    }
}

/// Code to execute.
package struct ExecuteCode: Codable, Sendable, Hashable, WireRules {
    package var language: CodeLanguage
    /// In place of the language's own interpreter.
    package var contextID: String?
    package var code: String
    /// After how many seconds it is stopped.
    package var timeoutS: Int?

    package init(language: CodeLanguage, contextID: String? = nil, code: String, timeoutS: Int? = nil) {
        self.language = language
        self.contextID = contextID
        self.code = code
        self.timeoutS = timeoutS
    }

    package static var rules: [Rule] {
        [
            .describe(CodingKeys.language, "Each language has an interpreter of its own in the sandbox.", example: "python"),
            .length(CodingKeys.contextID, 1...64),
            .describe(CodingKeys.contextID, "A further interpreter of that language, in place of its own."),
            .length(CodingKeys.code, 1...200_000), .describe(CodingKeys.code, "The code.", example: "print(6 * 7)"),
            .range(CodingKeys.timeoutS, 1...600), .defaultValue(CodingKeys.timeoutS, 60),
            .describe(CodingKeys.timeoutS, "After how many seconds it is stopped."),
        ]
    }
}

/// A further interpreter in a sandbox.
package struct CreateContext: Codable, Sendable, Hashable, WireRules {
    package var language: CodeLanguage?
    package var workingDirectory: String?

    package init(language: CodeLanguage? = nil, workingDirectory: String? = nil) {
        self.language = language
        self.workingDirectory = workingDirectory
    }

    package static var rules: [Rule] {
        [
            .defaultValue(CodingKeys.language, "python"), .length(CodingKeys.workingDirectory, 1...1000),
            .defaultValue(CodingKeys.workingDirectory, "/home/user"),
        ]
    }
}

/// An interpreter of a sandbox, with variables of its own.
package struct CodeContext: Codable, Sendable, Hashable {
    package var id: String
    package var language: CodeLanguage
    package var workingDirectory: String

    package init(id: String, language: CodeLanguage, workingDirectory: String) {
        self.id = id
        self.language = language
        self.workingDirectory = workingDirectory
    }
}

/// The interpreters of a sandbox.
package struct CodeContexts: Codable, Sendable, Hashable {
    package var data: [CodeContext]

    package init(data: [CodeContext]) {
        self.data = data
    }
}
