internal import HTTPMessage

/// Programs of many languages in sandboxes.
package enum LanguageAPI {
    /// The languages, with those that could be had.
    package static let list = Endpoint<NoContent, ProgramLanguages>(
        .get, "/api/v1/languages", name: "listLanguages", owner: .toolExecution, summary: "List the languages of programs",
        auth: .permission(.sandboxesRead))

    /// Builds and runs a program in a sandbox.
    package static let run = Endpoint<RunProgram, ProgramResult>(
        .post, "/api/v1/sandboxes/{id}/programs", name: "runProgram", owner: .toolExecution, summary: "Build and run a program",
        auth: .permission(.sandboxesWrite), timeClass: .lasting, parameters: [.id(SandboxID.self)], maximumBodySize: 2 << 20,
        problems: [.sandboxEnded, .toolUnavailable])

    /// Every endpoint of languages.
    package static let all: [EndpointDescription] = [list.description, run.description]
}
