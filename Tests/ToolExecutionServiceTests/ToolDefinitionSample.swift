import WireProtocol

@testable import ToolExecutionService

/// Definitions as tests need them.
enum ToolDefinitionSample {
    private struct Nothing: Codable, Sendable {}

    /// How available a tool is that needs a program.
    static func needing(_ program: String, install: String) throws -> ToolAvailability {
        try ToolDefinition(
            "sample", "Does nothing.", kind: .code, requires: [.bash, Requirement(program: program, install: install)],
            takes: Nothing.self
        ) { _ in ToolProgram(language: .bash, code: ":") }.availability(sandboxes: nil, network: nil)
    }
}
