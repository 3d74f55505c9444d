package import WireProtocol

/// Lets members speak. The engine knows no service, and tests of its own have none.
package protocol MemberCalls: AnyObject {
    /// Carries out a member's turn, once however often it is asked for: asked again it joins the same work, or gives what came of it.
    ///
    /// - Parameters:
    ///   - conversation: The member's, the same in all its turns; nil: it is not known, and there may be none yet.
    ///   - approval: Is told what the run asks the person and is told.
    func speak(
        _ turn: OpenTurn, prompt: String, of simulation: SimulationRecord, in conversation: ConversationID?, approval: (RunApproval) -> Void
    ) async throws(TurnFailure) -> Spoken

    /// What runs had used that were given up, as far as that can be found out in a moment.
    func usage(of lost: [LostRuns], in simulation: SimulationRecord) async -> TokenUsage

    /// Stops whatever the member is at, if that can be done.
    ///
    /// - Parameter conversation: The member's; nil: it is not known, and there may be none.
    func stop(_ turn: OpenTurn, of simulation: SimulationRecord, in conversation: ConversationID?) async
}
