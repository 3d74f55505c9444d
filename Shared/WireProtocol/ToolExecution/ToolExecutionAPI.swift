internal import HTTPMessage

/// What tool-execution answers: sandboxes, and the calls of runs.
package enum ToolExecutionAPI {
    /// Starts a sandbox of the caller.
    package static let createSandbox = Endpoint<CreateSandbox, Sandbox>(
        .post, "/api/v1/sandboxes", name: "createSandbox", owner: .toolExecution, summary: "Start a sandbox",
        auth: .permission(.sandboxesWrite), timeClass: .waiting, success: [.created], uses: [.entityTag, .location],
        problems: [.quotaExceeded, .sandboxUnavailable, .packagesNotInstalled, .toolUnavailable])

    /// The caller's sandboxes, newest first.
    package static let listSandboxes = Endpoint<SandboxQuery, Page<Sandbox>>(
        .get, "/api/v1/sandboxes", name: "listSandboxes", owner: .toolExecution, summary: "List my sandboxes",
        auth: .permission(.sandboxesRead))

    /// One sandbox.
    package static let getSandbox = Endpoint<NoContent, Sandbox>(
        .get, "/api/v1/sandboxes/{id}", name: "getSandbox", owner: .toolExecution, summary: "Get a sandbox",
        auth: .permission(.sandboxesRead), parameters: [.id(SandboxID.self)], uses: .entityTag)

    /// Executes code in the sandbox's interpreter, which keeps its variables: the result when it has ended, or the events as they come.
    package static let execute = Endpoint<ExecuteCode, ExecutionResult>(
        .post, "/api/v1/sandboxes/{id}/execute", name: "executeCode", owner: .toolExecution, summary: "Execute code in a sandbox",
        auth: .permission(.sandboxesWrite), timeClass: .lasting, parameters: [.id(SandboxID.self)],
        answers: .jsonOrEvents(.of(ExecutionEvent.self)), maximumBodySize: codeBody,
        problems: [.sandboxEnded, .sandboxUnavailable, .conflict])

    /// Changes how long a sandbox lives, or what its maker says of it.
    package static let updateSandbox = Endpoint<UpdateSandbox, Sandbox>(
        .patch, "/api/v1/sandboxes/{id}", name: "updateSandbox", owner: .toolExecution, summary: "Extend or describe a sandbox",
        auth: .permission(.sandboxesWrite), parameters: [.id(SandboxID.self)], uses: .optionalIfMatch, problems: [.sandboxEnded])

    /// What happened in a sandbox.
    package static let getLogs = Endpoint<NoContent, SandboxLogs>(
        .get, "/api/v1/sandboxes/{id}/logs", name: "getSandboxLogs", owner: .toolExecution, summary: "Get a sandbox's log",
        auth: .permission(.sandboxesRead), parameters: [.id(SandboxID.self)], problems: [.sandboxEnded])

    /// Starts a further interpreter.
    package static let createContext = Endpoint<CreateContext, CodeContext>(
        .post, "/api/v1/sandboxes/{id}/contexts", name: "createCodeContext", owner: .toolExecution, summary: "Start an interpreter",
        auth: .permission(.sandboxesWrite), parameters: [.id(SandboxID.self)], success: [.created],
        problems: [.sandboxEnded, .quotaExceeded, .sandboxUnavailable])

    /// The interpreters of a sandbox: that of each language, and the further ones.
    package static let listContexts = Endpoint<NoContent, CodeContexts>(
        .get, "/api/v1/sandboxes/{id}/contexts", name: "listCodeContexts", owner: .toolExecution, summary: "List a sandbox's interpreters",
        auth: .permission(.sandboxesRead), parameters: [.id(SandboxID.self)], problems: [.sandboxEnded])

    /// Forgets an interpreter's variables.
    package static let restartContext = Endpoint<NoContent, NoContent>(
        .post, "/api/v1/sandboxes/{id}/contexts/{context}/restart", name: "restartCodeContext", owner: .toolExecution,
        summary: "Restart an interpreter", auth: .permission(.sandboxesWrite), parameters: contextParameters, success: [.noContent],
        problems: [.sandboxEnded, .conflict])

    /// Ends a further interpreter.
    package static let deleteContext = Endpoint<NoContent, NoContent>(
        .delete, "/api/v1/sandboxes/{id}/contexts/{context}", name: "deleteCodeContext", owner: .toolExecution,
        summary: "End an interpreter", auth: .permission(.sandboxesWrite), parameters: contextParameters, success: [.noContent],
        problems: [.sandboxEnded, .conflict])

    private static let contextParameters: [PathParameter] = [.id(SandboxID.self), .text("context", maximumLength: 64)]

    /// Ends a sandbox.
    package static let deleteSandbox = Endpoint<NoContent, NoContent>(
        .delete, "/api/v1/sandboxes/{id}", name: "deleteSandbox", owner: .toolExecution, summary: "End a sandbox",
        auth: .permission(.sandboxesWrite), parameters: [.id(SandboxID.self)], success: [.noContent])

    /// Carries out a call of a run in the sandbox of its conversation, once: asked again with the same effect key it joins the stream of
    /// the call in progress, or gives the stored result.
    package static let callTool = Endpoint<ToolCall, NoContent>(
        .post, "/internal/v1/tool-calls", name: "callTool", owner: .toolExecution, summary: "Carry out a call of a run",
        auth: .service(.toolCalls), visibility: .internal, timeClass: .streaming, answers: .events(.of(ExecutionEvent.self)),
        maximumBodySize: codeBody, problems: [.effectKeyReused, .sandboxUnavailable])

    /// Stops a call; one that has ended, or is not known, stays as it is.
    package static let cancelToolCall = Endpoint<CancelToolCall, NoContent>(
        .post, "/internal/v1/tool-calls/cancel", name: "cancelToolCall", owner: .toolExecution, summary: "Stop a call of a run",
        auth: .service(.toolCalls), visibility: .internal, success: [.noContent])

    private static let codeBody = 1024 * 1024

    /// Every endpoint of tool-execution.
    package static let all: [EndpointDescription] = [
        createSandbox.description, listSandboxes.description, getSandbox.description, execute.description, updateSandbox.description,
        deleteSandbox.description, getLogs.description, createContext.description, listContexts.description, restartContext.description,
        deleteContext.description,
        callTool.description, cancelToolCall.description,
    ]
}
