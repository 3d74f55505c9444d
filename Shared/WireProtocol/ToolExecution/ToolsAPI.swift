internal import HTTPMessage

/// What tool-execution answers about tools.
package enum ToolsAPI {
    /// The tools that the caller may use, by name.
    package static let listTools = Endpoint<ToolQuery, Page<Tool>>(
        .get, "/api/v1/tools", name: "listTools", owner: .toolExecution, summary: "List the tools", auth: .permission(.toolsRead))

    /// One tool.
    package static let getTool = Endpoint<NoContent, Tool>(
        .get, "/api/v1/tools/{name}", name: "getTool", owner: .toolExecution, summary: "Get a tool", auth: .permission(.toolsRead),
        parameters: [name], uses: .entityTag)

    /// Calls a tool: the result when it has ended, or the events as they come.
    package static let executeTool = Endpoint<ExecuteTool, ToolResult>(
        .post, "/api/v1/tools/{name}/execute", name: "executeTool", owner: .toolExecution, summary: "Call a tool",
        auth: .permission(.toolsExecute), timeClass: .lasting, parameters: [name],
        answers: .jsonOrEvents(.of(ExecutionEvent.self)), maximumBodySize: 1024 * 1024,
        problems: [
            .toolUnavailable, .toolDenied, .approvalRequired, .sandboxUnavailable, .sandboxEnded, .conflict, .effectKeyReused,
            .quotaExceeded,
        ])

    /// Agrees to one call of a tool whose policy is to ask: the call with this effect key and these arguments may be made from then on.
    package static let approveToolCall = Endpoint<ApproveToolCall, NoContent>(
        .post, "/api/v1/tools/{name}/approve", name: "approveToolCall", owner: .toolExecution, summary: "Agree to one call of a tool",
        auth: .permission(.toolsExecute), parameters: [name], success: [.noContent], maximumBodySize: 1024 * 1024)

    /// Adds a tool of the caller.
    package static let createTool = Endpoint<CreateTool, Tool>(
        .post, "/api/v1/tools", name: "createTool", owner: .toolExecution, summary: "Add a tool", auth: .permission(.toolsWrite),
        success: [.created], uses: [.entityTag, .location], problems: [.conflict, .quotaExceeded])

    /// Changes a tool of the caller by a merge patch.
    package static let updateTool = Endpoint<UpdateTool, Tool>(
        .patch, "/api/v1/tools/{name}", name: "updateTool", owner: .toolExecution, summary: "Change a tool",
        auth: .permission(.toolsWrite), parameters: [name], uses: .optionalIfMatch)

    /// Removes a tool of the caller.
    package static let deleteTool = Endpoint<NoContent, NoContent>(
        .delete, "/api/v1/tools/{name}", name: "deleteTool", owner: .toolExecution, summary: "Remove a tool",
        auth: .permission(.toolsWrite), parameters: [name], success: [.noContent])

    /// Adds a tool for each operation of an OpenAPI document: all of them, or none.
    package static let importTools = Endpoint<ImportTools, ImportedTools>(
        .post, "/api/v1/tools/import", name: "importTools", owner: .toolExecution, summary: "Add the operations of an API as tools",
        auth: .permission(.toolsWrite), success: [.created], maximumBodySize: 1024 * 1024, problems: [.conflict, .quotaExceeded])

    /// The caller's policies.
    package static let listToolPolicies = Endpoint<NoContent, ToolPolicies>(
        .get, "/api/v1/tool-policies", name: "listToolPolicies", owner: .toolExecution, summary: "List my policies for tools",
        auth: .permission(.toolsRead))

    /// Sets a policy; what was said before of the same tool and agent is replaced.
    package static let setToolPolicy = Endpoint<ToolPolicyRule, ToolPolicyRule>(
        .post, "/api/v1/tool-policies", name: "setToolPolicy", owner: .toolExecution, summary: "Say whether a tool may be called",
        auth: .permission(.toolsWrite))

    private static let name = PathParameter.text("name", maximumLength: 64)

    /// Every endpoint of tools.
    package static let all: [EndpointDescription] = [
        listTools.description, getTool.description, executeTool.description, approveToolCall.description, createTool.description,
        updateTool.description,
        deleteTool.description, importTools.description, listToolPolicies.description, setToolPolicy.description,
    ]
}
