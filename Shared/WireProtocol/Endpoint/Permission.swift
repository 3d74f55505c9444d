internal import JSON

/// What a token may allow; the names stand in its `scope`.
package enum Permission: String, WireEnum {
    case agentsRead = "agents:read"
    case agentsWrite = "agents:write"
    case conversationsRead = "conversations:read"
    /// To write in conversations, which starts runs, and to cancel them.
    case conversationsWrite = "conversations:write"
    case sandboxesRead = "sandboxes:read"
    case sandboxesWrite = "sandboxes:write"
    /// The catalogue of tools, and what a person allows of them.
    case toolsRead = "tools:read"
    case toolsWrite = "tools:write"
    /// To call tools, each in a sandbox of its own.
    case toolsExecute = "tools:execute"
    /// The names of secrets, never their values.
    case secretsRead = "secrets:read"
    case secretsWrite = "secrets:write"
    case filesRead = "files:read"
    case filesWrite = "files:write"
    /// Scenarios, crews and simulations.
    case simulationsRead = "simulations:read"
    case simulationsWrite = "simulations:write"
    /// For services: to carry out the calls of a run.
    case toolCalls = "internal:tool_calls"
    /// For services: to store what a run saved.
    case artifacts = "internal:artifacts"
    /// For services: to ask auth about tokens and follow the revocations.
    case tokensInspect = "internal:tokens"
    /// For services: to be given a token that acts for a person.
    case tokensDelegate = "internal:delegation"
    case unknown

    /// Whether only services are given it.
    package var isInternal: Bool { rawValue.hasPrefix("internal:") }
}
