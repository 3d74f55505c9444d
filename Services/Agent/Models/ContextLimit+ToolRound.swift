extension ContextLimit {
    /// The question, the calls of tools that come last, and as much as fits of what lies between: for when the question would be lost. Answers of
    /// tools that are too long are cut. Nil: no tool has answered last, or not even their beginnings fit.
    func fitRound(_ messages: ArraySlice<ModelMessage>, into room: Int) -> [ModelMessage]? {
        guard messages.last?.role == .tool, let start = messages.lastIndex(where: { !$0.toolCalls.isEmpty }),
            let place = messages[..<start].lastIndex(where: { $0.role == .user })
        else { return nil }
        let question = messages[place]
        var left = room - TokenEstimate.of(question)
        guard let round = Self.shorten(messages[start...], to: left) else { return nil }
        left -= TokenEstimate.of(round)
        var between: [ModelMessage] = []
        for message in messages[(place + 1)..<start].reversed() {
            left -= TokenEstimate.of(message)
            if left < 0 { break }
            between.append(message)
        }
        return [question] + between.reversed().drop { $0.role == .tool } + round
    }

    /// Less than this says nothing.
    private static let shortestAnswer = 64

    /// A round whose longest answers are cut, so that it has so many tokens at most.
    private static func shorten(_ round: ArraySlice<ModelMessage>, to room: Int) -> [ModelMessage]? {
        let sizes = round.filter { $0.role == .tool }.map { TokenEstimate.of(bytes: $0.content.utf8.count) }.sorted()
        var left = room - (TokenEstimate.of(round) - sizes.reduce(0, +))
        guard left >= 0 else { return nil }
        for (index, size) in sizes.enumerated() {
            let share = left / (sizes.count - index)
            if size <= share {
                left -= size
            } else if share < shortestAnswer {
                return nil
            } else {
                return round.map { message in
                    var message = message
                    if message.role == .tool { message.content = message.content.cut(toTokens: share) }
                    return message
                }
            }
        }
        return Array(round)
    }
}

extension String {
    /// Its beginning and its end, with a note between, when it is longer than this.
    fileprivate func cut(toTokens limit: Int) -> String {
        guard TokenEstimate.of(bytes: utf8.count) > limit else { return self }
        let note = "\n… left out, for the model reads no more …\n"
        let half = (TokenEstimate.bytes(of: limit) - note.utf8.count) / 2
        return Self(unicodeScalars.fitting(half)) + note + Self(unicodeScalars.reversed().fitting(half).reversed())
    }

    private init(_ scalars: some Sequence<Unicode.Scalar>) {
        self.init()
        unicodeScalars.append(contentsOf: scalars)
    }
}

extension Sequence<Unicode.Scalar> {
    /// The first ones, of so many bytes of UTF-8 together at most.
    fileprivate func fitting(_ bytes: Int) -> [Unicode.Scalar] {
        var left = bytes
        return prefix {
            left -= UTF8.width($0)
            return left >= 0
        }.map { $0 }
    }
}
