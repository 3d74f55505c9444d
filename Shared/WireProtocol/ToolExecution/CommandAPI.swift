internal import HTTPMessage

/// Commands in sandboxes.
package enum CommandAPI {
    /// Starts a program: the result when it has ended, the events as they come, or, in the background, the command that has begun.
    package static let startCommand = Endpoint<StartCommand, SandboxCommand>(
        .post, "/api/v1/sandboxes/{id}/commands", name: "startCommand", owner: .toolExecution, summary: "Run a command in a sandbox",
        auth: .permission(.sandboxesWrite), timeClass: .lasting, parameters: [.id(SandboxID.self)],
        answers: .jsonOrEvents(.of(CommandEvent.self)), success: [.ok, .created], uses: .location, maximumBodySize: 256 * 1024,
        problems: [.sandboxEnded, .sandboxUnavailable, .quotaExceeded])

    /// The commands that run, and the last ones that have ended.
    package static let listCommands = Endpoint<NoContent, SandboxCommands>(
        .get, "/api/v1/sandboxes/{id}/commands", name: "listCommands", owner: .toolExecution, summary: "List the commands of a sandbox",
        auth: .permission(.sandboxesRead), parameters: [.id(SandboxID.self)], problems: [.sandboxEnded])

    /// One command, with the last of its output.
    package static let getCommand = Endpoint<NoContent, SandboxCommand>(
        .get, "/api/v1/sandboxes/{id}/commands/{command}", name: "getCommand", owner: .toolExecution, summary: "Get a command",
        auth: .permission(.sandboxesRead), parameters: commandParameters, problems: [.sandboxEnded])

    /// What a command does, from its first event that is still kept or the one after `Last-Event-ID`.
    package static let followCommand = Endpoint<NoContent, NoContent>(
        .get, "/api/v1/sandboxes/{id}/commands/{command}/events", name: "followCommand", owner: .toolExecution,
        summary: "Follow a command", auth: .permission(.sandboxesRead), timeClass: .streaming, parameters: commandParameters,
        answers: .events(.of(CommandEvent.self)), uses: .lastEventID, problems: [.sandboxEnded])

    /// The body becomes the command's input; answered when the command has taken nearly all of it.
    package static let sendInput = Endpoint<CommandInputQuery, NoContent>(
        .post, "/api/v1/sandboxes/{id}/commands/{command}/input", name: "sendCommandInput", owner: .toolExecution,
        summary: "Give a command input", auth: .permission(.sandboxesWrite), timeClass: .lasting, parameters: commandParameters,
        takes: .bytes, success: [.noContent], maximumBodySize: nil, problems: [.sandboxEnded, .conflict])

    /// Sends a signal to a command's process group.
    package static let signalCommand = Endpoint<SendSignal, NoContent>(
        .post, "/api/v1/sandboxes/{id}/commands/{command}/signal", name: "signalCommand", owner: .toolExecution,
        summary: "Send a command a signal", auth: .permission(.sandboxesWrite), parameters: commandParameters, success: [.noContent],
        problems: [.sandboxEnded])

    /// Changes the size of a command's terminal.
    package static let resizeTerminal = Endpoint<TerminalSize, NoContent>(
        .post, "/api/v1/sandboxes/{id}/commands/{command}/resize", name: "resizeCommandTerminal", owner: .toolExecution,
        summary: "Resize a command's terminal", auth: .permission(.sandboxesWrite), parameters: commandParameters, success: [.noContent],
        problems: [.sandboxEnded])

    /// Kills a command's process group.
    package static let killCommand = Endpoint<NoContent, NoContent>(
        .delete, "/api/v1/sandboxes/{id}/commands/{command}", name: "killCommand", owner: .toolExecution, summary: "Kill a command",
        auth: .permission(.sandboxesWrite), parameters: commandParameters, success: [.noContent], problems: [.sandboxEnded])

    private static let commandParameters: [PathParameter] = [.id(SandboxID.self), .of("command", CommandID.self)]

    /// Every endpoint of commands.
    package static let all: [EndpointDescription] = [
        startCommand.description, listCommands.description, getCommand.description, followCommand.description, sendInput.description,
        signalCommand.description, resizeTerminal.description, killCommand.description,
    ]
}
