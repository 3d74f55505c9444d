internal import HTTPMessage

/// What tool-execution answers about tools.
package enum ToolsAPI {
    /// The tools that the caller may use, by name.
    package static let listTools = Endpoint<PageQuery, Page<Tool>>(
        .get, "/api/v1/tools", name: "listTools", owner: .toolExecution, summary: "List the tools", auth: .permission(.sandboxesRead))

    /// One tool.
    package static let getTool = Endpoint<NoContent, Tool>(
        .get, "/api/v1/tools/{name}", name: "getTool", owner: .toolExecution, summary: "Get a tool", auth: .permission(.sandboxesRead),
        parameters: [name])

    /// Calls a tool: the result when it has ended, or the events as they come.
    package static let executeTool = Endpoint<ExecuteTool, ToolResult>(
        .post, "/api/v1/tools/{name}/execute", name: "executeTool", owner: .toolExecution, summary: "Call a tool",
        auth: .permission(.sandboxesWrite), timeClass: .streaming, parameters: [name],
        answers: .jsonOrEvents(.of(ExecutionEvent.self)), maximumBodySize: 1024 * 1024,
        problems: [.toolUnavailable, .sandboxUnavailable, .sandboxEnded, .conflict, .effectKeyReused, .quotaExceeded])

    private static let name = PathParameter.text("name", maximumLength: 64)

    /// Every endpoint of tools.
    package static let all: [EndpointDescription] = [listTools.description, getTool.description, executeTool.description]
}
