/// What a scripted model answers: the first rule that fits a call decides.
package struct ModelScript: Codable, Sendable {
    package var rules: [ScriptedRule]

    package init(_ rules: [ScriptedRule]) { self.rules = rules }

    /// Answers in turn: the first to the first call, and so on; further calls get no answer but an error.
    package static func turns(_ answers: ScriptedAnswer...) -> ModelScript {
        ModelScript(answers.map { ScriptedRule(times: 1, $0) })
    }

    /// In a file it is a list of rules.
    package init(from decoder: any Decoder) throws { rules = try [ScriptedRule](from: decoder) }
    package func encode(to encoder: any Encoder) throws { try rules.encode(to: encoder) }
}

/// An answer, and to which calls it is given. What a rule does not say does not matter.
package struct ScriptedRule: Codable, Sendable {
    /// A text that the last message holds.
    package var match: String?
    /// How many times the model has spoken in the conversation so far, and once more: 1 for its first turn.
    package var turn: Int?
    /// How many calls it answers; without, any number.
    package var times: Int?
    package var answer: ScriptedAnswer

    package init(match: String? = nil, turn: Int? = nil, times: Int? = nil, _ answer: ScriptedAnswer) {
        self.match = match
        self.turn = turn
        self.times = times
        self.answer = answer
    }
}

/// One answer of a scripted model. A gate is a name at which it waits until it is opened.
package struct ScriptedAnswer: Codable, Sendable {
    /// What happens in the stream, in order.
    package enum Step: Codable, Sendable {
        /// A piece of the reply.
        case delta(String)
        /// A call of a tool: its name, and its arguments as they are, in a piece for each so many characters.
        case toolCall(String, arguments: String, pieceLength: Int = 8)
        /// Waits for a gate.
        case wait(String)
        /// Bytes that are sent as they are, whatever the format says.
        case raw(String)
        /// The connection ends in the middle.
        case breakOff

        private enum CodingKeys: String, CodingKey { case toolCall, arguments, wait, raw, breakOff }

        /// A text is a delta; the others are objects: `{"tool_call": "name", "arguments": "{}"}`, `{"wait": "gate"}`, `{"raw": "bytes"}`,
        /// `{"break_off": true}`.
        package init(from decoder: any Decoder) throws {
            if let text = try? decoder.singleValueContainer().decode(String.self) {
                self = .delta(text)
                return
            }
            let container = try decoder.container(keyedBy: CodingKeys.self)
            if let name = try container.decodeIfPresent(String.self, forKey: .toolCall) {
                self = .toolCall(name, arguments: try container.decode(String.self, forKey: .arguments))
            } else if let gate = try container.decodeIfPresent(String.self, forKey: .wait) {
                self = .wait(gate)
            } else if let bytes = try container.decodeIfPresent(String.self, forKey: .raw) {
                self = .raw(bytes)
            } else {
                _ = try container.decode(Bool.self, forKey: .breakOff)
                self = .breakOff
            }
        }

        package func encode(to encoder: any Encoder) throws {
            if case .delta(let text) = self {
                var container = encoder.singleValueContainer()
                try container.encode(text)
                return
            }
            var container = encoder.container(keyedBy: CodingKeys.self)
            switch self {
            case .delta: break
            case .toolCall(let name, let arguments, _):
                try container.encode(name, forKey: .toolCall)
                try container.encode(arguments, forKey: .arguments)
            case .wait(let gate): try container.encode(gate, forKey: .wait)
            case .raw(let bytes): try container.encode(bytes, forKey: .raw)
            case .breakOff: try container.encode(true, forKey: .breakOff)
            }
        }
    }

    package var reply: [Step]
    /// When absent, `tool_calls` with calls of tools and `stop` without; empty: the stream ends without one.
    package var finishReason: String?
    /// Another status than 200, with a body in the provider's form.
    package var status: Int?
    package var errorMessage: String?
    package var errorType: String?
    /// The field `Retry-After`.
    package var retryAfter: String?
    /// A gate before the head of the answer.
    package var holdHead: String?
    /// How many bytes of the stream are written at a time; all of an event when absent.
    package var writeSize: Int?

    package init(
        _ reply: [Step], finishReason: String? = nil, status: Int? = nil, errorMessage: String? = nil, errorType: String? = nil,
        retryAfter: String? = nil, holdHead: String? = nil, writeSize: Int? = nil
    ) {
        self.reply = reply
        self.finishReason = finishReason
        self.status = status
        self.errorMessage = errorMessage
        self.errorType = errorType
        self.retryAfter = retryAfter
        self.holdHead = holdHead
        self.writeSize = writeSize
    }

    /// A reply in deltas of so many characters.
    package static func text(_ text: String, deltaLength: Int = 4) -> ScriptedAnswer {
        var steps: [Step] = []
        var rest = text[...]
        while !rest.isEmpty {
            steps.append(.delta(String(rest.prefix(max(1, deltaLength)))))
            rest = rest.dropFirst(max(1, deltaLength))
        }
        return ScriptedAnswer(steps)
    }

    /// A refusal or an error.
    package static func failure(
        _ status: Int, _ message: String, type: String = "server_error", retryAfter: String? = nil
    ) -> ScriptedAnswer {
        ScriptedAnswer([], status: status, errorMessage: message, errorType: type, retryAfter: retryAfter)
    }
}
