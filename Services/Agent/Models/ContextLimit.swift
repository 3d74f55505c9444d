/// How much a model reads at a time.
package struct ContextLimit: Sendable, Hashable {
    /// Of everything, the reply included.
    package let tokens: Int
    private let reply: Int

    /// - Parameter reply: How long a reply may be; nil: nobody said, and a quarter is kept free for it.
    package init(tokens: Int, reply: Int? = nil) {
        self.tokens = tokens
        self.reply = min(reply ?? tokens / 4, tokens / 2)
    }

    /// The request without the oldest messages, so that the rest fits. Instructions and the last message always stay, and so does the question
    /// that led to the calls of tools that come last; when these alone are too long it throws `ModelCallError.refused`.
    package func fit(_ request: ModelRequest) throws(ModelCallError) -> ModelRequest {
        let instructions = request.messages.prefix { $0.role == .system }
        let others = request.messages.dropFirst(instructions.count)
        let room = tokens - reply - TokenEstimate.of(instructions) - TokenEstimate.of(request.tools)
        var left = room
        var kept: [ModelMessage] = []
        for message in others.reversed() {
            left -= TokenEstimate.of(message)
            if left < 0 { break }
            kept.append(message)
        }
        var rest = Self.begin(kept.reversed())
        if kept.count < others.count, rest.first?.role != .user, let round = fitRound(others, into: room) { rest = round }
        guard !rest.isEmpty || (others.isEmpty && left >= 0) else { throw refusal(instructions + others.suffix(1)) }
        var fitted = request
        fitted.messages = instructions + rest
        return fitted
    }

    /// To a reply without its question many models object, and all to the answer of a tool that was not asked for.
    private static func begin(_ messages: [ModelMessage]) -> [ModelMessage] {
        let begun = messages.drop { $0.role == .assistant || $0.role == .tool }
        return Array(begun.isEmpty ? messages.drop { $0.role == .tool } : begun)
    }

    private func refusal(_ messages: [ModelMessage]) -> ModelCallError {
        return .refused(
            "The instructions and the last message are about \(TokenEstimate.of(messages)) tokens long; the model reads \(tokens), of which \(reply) are kept for its reply."
        )
    }
}
