internal import JSON
internal import WireProtocol

/// Code to execute.
struct CodeArguments: Codable, Sendable, WireRules {
    var code: String

    static var rules: [Rule] { [.length(CodingKeys.code, 1...200_000), .describe(CodingKeys.code, "The code.")] }
}

/// A command line to execute.
struct CommandArguments: Codable, Sendable, WireRules {
    var command: String

    static var rules: [Rule] { [.length(CodingKeys.command, 1...200_000), .describe(CodingKeys.command, "Commands for Bash.")] }
}

/// The tools that execute what they are given.
enum CodeTools {
    static func make() throws -> [ToolDefinition] {
        [
            try ToolDefinition(
                "python",
                """
                Executes Python. In a named sandbox variables, imports and files stay for the next call. Only what is printed, and the value of \
                the last expression, is seen. What is saved in /home/user/out is kept. There is no network.
                """, kind: .code, requires: [.python], takes: CodeArguments.self
            ) { ToolProgram(language: .python, code: $0.code) },
            try ToolDefinition(
                "javascript",
                """
                Executes JavaScript with Node. In a named sandbox variables and files stay for the next call. Only what is printed is seen. \
                There is no network.
                """, kind: .code, requires: [.node], takes: CodeArguments.self
            ) { ToolProgram(language: .javascript, code: $0.code) },
            try ToolDefinition(
                "shell", "Executes commands with Bash. In a named sandbox variables and files stay for the next call. There is no network.",
                kind: .code, requires: [.bash], takes: CommandArguments.self
            ) { ToolProgram(language: .bash, code: $0.command) },
        ]
    }
}
