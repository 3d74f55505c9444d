internal import JSON
internal import WireProtocol

/// Reads the events of one streamed answer in order: data in, text and the end out. No I/O.
struct ChatCompletionReader: Sendable {
    enum Step: Sendable, Hashable {
        case nothing
        case text(String)
        case finished(ModelOutcome)
        case failed(ModelCallError)
    }

    private let secret: String?
    private var finishReason: ModelOutcome.FinishReason?
    private var usage: TokenUsage?
    private var tools = ToolCallReader()

    /// The secret is never repeated in an error.
    init(hiding secret: String?) { self.secret = secret }

    /// Takes the data of the next event.
    mutating func read(_ data: String) -> Step {
        if data == "[DONE]" {
            switch end() {
            case .success(let outcome): return .finished(outcome)
            case .failure(let error): return .failed(error)
            }
        }
        guard let chunk = try? JSONCodec.decode(ChatCompletionChunk.self, from: Array(data.utf8), unknownFields: .ignored) else {
            return .failed(.unavailable("The model's provider sent an event that cannot be read.", retryAfter: nil))
        }
        if let failure = chunk.error.map({ ProviderFailure($0, hiding: secret) }) { return .failed(ModelCallError(failure)) }
        if let counted = chunk.usage { usage = TokenUsage(counted) }
        guard let choice = chunk.choices?.first(where: { ($0.index ?? 0) == 0 }) else { return .nothing }
        let text = finishReason == nil ? Self.storable(choice.delta?.content ?? "") : ""
        for piece in finishReason == nil ? choice.delta?.toolCalls ?? [] : [] where !tools.read(piece) {
            return .failed(.unavailable("The model asked for more of its tools than a reply may.", retryAfter: nil))
        }
        if let word = choice.finishReason { finishReason = ModelOutcome.FinishReason(providerWord: word) }
        return text.isEmpty ? .nothing : .text(text)
    }

    /// PostgreSQL keeps no text with U+0000, and nobody would see it.
    private static func storable(_ text: String) -> String {
        guard text.utf8.contains(0) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.lazy.filter { $0.value != 0 }))
    }

    /// The stream has ended. Not every provider says `[DONE]`, but each says why the model stopped.
    func end() -> Result<ModelOutcome, ModelCallError> {
        guard let finishReason else {
            return .failure(.unavailable("The model's answer broke off.", retryAfter: nil))
        }
        return .success(ModelOutcome(finishReason: finishReason, usage: usage, toolCalls: tools.requested))
    }
}

extension ModelOutcome.FinishReason {
    fileprivate init(providerWord word: String) {
        self =
            switch word {
            case "stop": .stop
            case "length": .length
            case "tool_calls": .tools
            case "content_filter": .filtered
            default: .other
            }
    }
}

extension TokenUsage {
    /// What no call can have used is as good as not counted.
    private static let possible = 0...1_000_000_000

    /// Nil when it was not counted.
    fileprivate init?(_ usage: ChatCompletionChunk.Usage) {
        guard let input = usage.promptTokens, let output = usage.completionTokens, Self.possible ~= input, Self.possible ~= output else {
            return nil
        }
        self.init(inputTokens: input, outputTokens: output)
    }
}
