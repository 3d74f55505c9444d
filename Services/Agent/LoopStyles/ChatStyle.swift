/// The model calls tools, until a reply asks for none: that is the answer.
package struct ChatStyle: LoopStyle {
    package init() {}

    package func systemPrompt(instructions: String, hasTools: Bool) -> String { instructions }

    package func makeReader() -> any ReplyReader { Reader() }

    package func decide(on reply: String, toolCalls: [RequestedToolCall], finishReason: ModelOutcome.FinishReason) -> Decision {
        toolCalls.isEmpty ? .answer : .use(toolCalls)
    }

    private struct Reader: ReplyReader {
        private var length = ReplyLength()

        mutating func read(_ text: String) -> (accepted: String, demand: StreamDemand) {
            (text, length.add(text))
        }
    }
}

/// Ends a reply that does not end.
struct ReplyLength: Sendable {
    private var bytes = 0
    private static let most = 128 * 1024

    mutating func add(_ text: String) -> StreamDemand {
        bytes += text.utf8.count
        return bytes < Self.most ? .more : .enough
    }
}
