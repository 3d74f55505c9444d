internal import HTTPMessage

/// The paths that E2B's programs use. Bodies are theirs, in JSON or Connect frames, and are read where they are answered.
package enum E2BAPI {
    /// Starts a sandbox.
    package static let createSandbox = Endpoint<NoContent, NoContent>(
        .post, "/v2/sandboxes", name: "e2bCreateSandbox", owner: .toolExecution, summary: "E2B: create a sandbox",
        auth: .permission(.sandboxesWrite), aliases: ["/sandboxes"], takes: .bytes, answers: json, success: [.created])

    /// The caller's sandboxes.
    package static let listSandboxes = Endpoint<NoContent, NoContent>(
        .get, "/v2/sandboxes", name: "e2bListSandboxes", owner: .toolExecution, summary: "E2B: list sandboxes",
        auth: .permission(.sandboxesRead), aliases: ["/sandboxes"], answers: json)

    /// One sandbox.
    package static let getSandbox = Endpoint<NoContent, NoContent>(
        .get, "/sandboxes/{id}", name: "e2bGetSandbox", owner: .toolExecution, summary: "E2B: get a sandbox",
        auth: .permission(.sandboxesRead), parameters: [.id(SandboxID.self)], answers: json)

    /// Ends a sandbox.
    package static let killSandbox = Endpoint<NoContent, NoContent>(
        .delete, "/sandboxes/{id}", name: "e2bKillSandbox", owner: .toolExecution, summary: "E2B: kill a sandbox",
        auth: .permission(.sandboxesWrite), parameters: [.id(SandboxID.self)], success: [.noContent])

    /// Sets when a sandbox ends, from now on.
    package static let setTimeout = Endpoint<NoContent, NoContent>(
        .post, "/sandboxes/{id}/timeout", name: "e2bSetTimeout", owner: .toolExecution, summary: "E2B: set a sandbox's time-out",
        auth: .permission(.sandboxesWrite), parameters: [.id(SandboxID.self)], takes: .bytes, success: [.noContent])

    /// The same under an older name.
    package static let refresh = Endpoint<NoContent, NoContent>(
        .post, "/sandboxes/{id}/refreshes", name: "e2bRefreshSandbox", owner: .toolExecution, summary: "E2B: keep a sandbox alive",
        auth: .permission(.sandboxesWrite), parameters: [.id(SandboxID.self)], takes: .bytes, success: [.noContent])

    /// Stops everything in a sandbox until it is connected to again.
    package static let pause = Endpoint<NoContent, NoContent>(
        .post, "/sandboxes/{id}/pause", name: "e2bPauseSandbox", owner: .toolExecution, summary: "E2B: pause a sandbox",
        auth: .permission(.sandboxesWrite), parameters: [.id(SandboxID.self)], takes: .bytes, success: [.noContent])

    /// Lets it go on, and says how to reach it.
    package static let resume = Endpoint<NoContent, NoContent>(
        .post, "/sandboxes/{id}/resume", name: "e2bResumeSandbox", owner: .toolExecution, summary: "E2B: resume a sandbox",
        auth: .permission(.sandboxesWrite), parameters: [.id(SandboxID.self)], takes: .bytes, answers: json, success: [.created])

    /// Says how to reach a sandbox that is there, and lets a paused one go on.
    package static let connect = Endpoint<NoContent, NoContent>(
        .post, "/v2/sandboxes/{id}/connect", name: "e2bConnectSandbox", owner: .toolExecution, summary: "E2B: connect to a sandbox",
        auth: .permission(.sandboxesWrite), parameters: [.id(SandboxID.self)], aliases: ["/sandboxes/{id}/connect"], takes: .bytes,
        answers: json)

    /// What happened in a sandbox.
    package static let logs = Endpoint<NoContent, NoContent>(
        .get, "/sandboxes/{id}/logs", name: "e2bGetSandboxLogs", owner: .toolExecution, summary: "E2B: get a sandbox's log",
        auth: .permission(.sandboxesRead), parameters: [.id(SandboxID.self)], answers: json)

    /// What a sandbox uses now.
    package static let metrics = Endpoint<NoContent, NoContent>(
        .get, "/sandboxes/{id}/metrics", name: "e2bGetSandboxMetrics", owner: .toolExecution, summary: "E2B: measure a sandbox",
        auth: .permission(.sandboxesRead), parameters: [.id(SandboxID.self)], answers: json)

    /// Whether a sandbox is there. The gateway leads `/health` with `E2b-Sandbox-Id` here.
    package static let health = Endpoint<NoContent, NoContent>(
        .get, "/envd/health", name: "envdGetHealth", owner: .toolExecution, summary: "E2B: whether a sandbox runs", auth: .public,
        success: [.noContent])

    /// What a sandbox uses now, for who has its token. The gateway leads `/metrics` with `E2b-Sandbox-Id` here.
    package static let measure = Endpoint<NoContent, NoContent>(
        .get, "/envd/metrics", name: "envdGetMetrics", owner: .toolExecution, summary: "E2B: measure a sandbox from within", auth: .public,
        answers: json)

    /// The variables of everything that runs in a sandbox.
    package static let variables = Endpoint<NoContent, NoContent>(
        .get, "/envs", name: "envdGetVariables", owner: .toolExecution, summary: "E2B: a sandbox's variables", auth: .public, answers: json)

    /// Processes of a sandbox, by Connect RPC.
    package static let process = Endpoint<NoContent, NoContent>(
        .post, "/process.Process/{method}", name: "envdProcess", owner: .toolExecution, summary: "E2B: processes of a sandbox",
        auth: .public, timeClass: .streaming, parameters: [.text("method", maximumLength: 40)], takes: .bytes, answers: json,
        maximumBodySize: nil)

    /// Files of a sandbox, by Connect RPC.
    package static let filesystem = Endpoint<NoContent, NoContent>(
        .post, "/filesystem.Filesystem/{method}", name: "envdFilesystem", owner: .toolExecution, summary: "E2B: files of a sandbox",
        auth: .public, timeClass: .streaming, parameters: [.text("method", maximumLength: 40)], takes: .bytes, answers: json,
        maximumBodySize: 1 << 20)

    /// The bytes of a file.
    package static let readFile = Endpoint<NoContent, NoContent>(
        .get, "/files", name: "envdReadFile", owner: .toolExecution, summary: "E2B: read a file of a sandbox", auth: .public,
        timeClass: .streaming, answers: .bytes(mediaType: "*/*"))

    /// Writes files.
    package static let writeFiles = Endpoint<NoContent, NoContent>(
        .post, "/files", name: "envdWriteFiles", owner: .toolExecution, summary: "E2B: write files of a sandbox", auth: .public,
        timeClass: .streaming, takes: .bytes, answers: json, maximumBodySize: nil)

    /// Runs code: a JSON object for each thing that happens, one a line.
    package static let execute = Endpoint<NoContent, NoContent>(
        .post, "/execute", name: "e2bExecuteCode", owner: .toolExecution, summary: "E2B: run code in a sandbox", auth: .public,
        timeClass: .streaming, takes: .bytes, answers: .bytes(mediaType: "application/x-ndjson"), maximumBodySize: 1 << 20)

    /// Starts a further interpreter.
    package static let createContext = Endpoint<NoContent, NoContent>(
        .post, "/contexts", name: "e2bCreateContext", owner: .toolExecution, summary: "E2B: start an interpreter", auth: .public,
        takes: .bytes, answers: json)

    /// The interpreters of a sandbox.
    package static let listContexts = Endpoint<NoContent, NoContent>(
        .get, "/contexts", name: "e2bListContexts", owner: .toolExecution, summary: "E2B: list interpreters", auth: .public,
        answers: json)

    /// Ends a further interpreter.
    package static let deleteContext = Endpoint<NoContent, NoContent>(
        .delete, "/contexts/{context}", name: "e2bDeleteContext", owner: .toolExecution, summary: "E2B: end an interpreter",
        auth: .public, parameters: [.text("context", maximumLength: 64)], success: [.noContent])

    /// Forgets an interpreter's variables.
    package static let restartContext = Endpoint<NoContent, NoContent>(
        .post, "/contexts/{context}/restart", name: "e2bRestartContext", owner: .toolExecution, summary: "E2B: restart an interpreter",
        auth: .public, parameters: [.text("context", maximumLength: 64)], takes: .bytes, success: [.noContent])

    private static let json = ResponseBody.bytes(mediaType: "application/json")

    /// Every endpoint of E2B's shape.
    package static let all: [EndpointDescription] = [
        createSandbox.description, listSandboxes.description, getSandbox.description, killSandbox.description, setTimeout.description,
        refresh.description, pause.description, resume.description, connect.description, logs.description, metrics.description,
        health.description, measure.description, variables.description,
        process.description, filesystem.description,
        readFile.description, writeFiles.description, execute.description, createContext.description, listContexts.description,
        deleteContext.description, restartContext.description,
    ]
}
