package import WireProtocol

/// Has code executed and tools called, for a person. The engine knows no service, and a simulation has none.
package protocol ToolCalls: AnyObject {
    /// Carries out a call, once for each effect key: asked again it joins the call that is in progress, from its beginning, or gives the
    /// stored events. `receive` is given the events in order; the last is `.completed` or `.failed`. What it throws is thrown on.
    ///
    /// Cancelling the task only leaves: the call itself goes on until `cancel`. Throws `ToolCallError`.
    func execute(
        _ call: ToolCall, for person: DelegationSubject, from origin: RunOrigin, receive: (ExecutionEvent) async throws -> Void
    ) async throws

    /// What a model is told of tools with these names; without those that are gone or cannot be used here. Throws `ToolCallError`.
    func offers(of names: [String], for person: DelegationSubject, from origin: RunOrigin) async throws -> [ToolOffer]

    /// Calls a tool, once for each effect key: asked again it waits for the call in progress, or gives the stored answer. Throws
    /// `ToolCallError`.
    ///
    /// Cancelling the task only leaves: the call itself goes on.
    func call(_ use: ToolUse, by agent: AgentID, for person: DelegationSubject, from origin: RunOrigin) async throws -> ToolAnswer

    /// Stops the execution of code; one that has ended or is not known stays as it is. Throws `ToolCallError`.
    func cancel(effectKey: String, for person: DelegationSubject, from origin: RunOrigin) async throws
}

/// Why a call gave no outcome. The text is for people; it carries nothing secret.
package enum ToolCallError: Error, Hashable, Sendable {
    /// It may work another time, with the same effect key. Nothing is said about the effect.
    case unavailable(String)
    /// It will not be done, asked again either.
    case refused(Problem)
}
