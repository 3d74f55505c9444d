package import WireProtocol

/// What one reply of the model asks of tools, as far as it has been done.
package struct ToolRound: Sendable, Hashable {
    /// One call.
    package struct Call: Sendable, Hashable {
        /// The number of the event that said what would be done: it names the effect.
        package let intent: Int
        package let request: RequestedToolCall
        /// nil: it has not ended.
        package fileprivate(set) var answer: String?
        /// nil: nobody was asked.
        package fileprivate(set) var consent: Consent?
    }

    /// A person's word on a call.
    package enum Consent: Sendable, Hashable {
        case awaited
        case decided(ApprovalDecision, reason: String?)
    }

    /// What the model said besides.
    package let reply: String
    package private(set) var calls: [Call] = []

    package init(reply: String) { self.reply = reply }

    /// The call that is to be made now; nil: all have ended.
    package var open: Call? { calls.first { $0.answer == nil } }

    /// Adds a call; false: the calls have begun already.
    mutating func add(_ started: ToolStarted, at sequence: Int) -> Bool {
        guard calls.allSatisfy({ $0.answer == nil }) else { return false }
        calls.append(Call(intent: sequence, request: RequestedToolCall(name: started.name, arguments: started.arguments)))
        return true
    }

    /// The call that is open has ended; false: it is another one that has.
    mutating func complete(_ completed: ToolCompleted) -> Bool {
        guard let place = place(of: completed.call), calls[place].consent != .awaited else { return false }
        calls[place].answer = completed.content
        return true
    }

    /// A person is asked about the call that is open; false: it is another one, or they were asked before.
    mutating func ask(_ requested: ApprovalRequested) -> Bool {
        guard let place = place(of: requested.call), calls[place].consent == nil else { return false }
        calls[place].consent = .awaited
        return true
    }

    /// It is decided on the call that is open; false: nobody was asked about that one.
    mutating func decide(_ decided: ApprovalDecided) -> Bool {
        guard let place = place(of: decided.call), calls[place].consent == .awaited else { return false }
        calls[place].consent = .decided(decided.decision, reason: decided.reason)
        return true
    }

    /// The place of a call; nil: it is not the one that is open.
    private func place(of call: Int) -> Int? {
        guard let place = calls.firstIndex(where: { $0.answer == nil }), calls[place].intent == call else { return nil }
        return place
    }

    /// What the model is given of it afterwards: its reply with the calls, then the answer to each.
    var messages: [ModelMessage] {
        var asking = ModelMessage(.assistant, reply)
        asking.toolCalls = calls.map { IdentifiedToolCall(id: $0.id, call: $0.request) }
        return [asking]
            + calls.map {
                var answering = ModelMessage(.tool, $0.answer ?? "")
                answering.answeredCall = $0.id
                return answering
            }
    }
}

extension ToolRound.Call {
    /// By the number, so that it is the same whoever asks the model; with nine letters and digits, as some providers want it.
    fileprivate var id: String {
        let digits = String(intent)
        return "call" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }
}
