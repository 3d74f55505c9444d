internal import HTTPMessage
internal import JSON

/// Writes the events of one streamed answer, as OpenAI sends them.
struct StreamedCompletion {
    private struct Chunk: Encodable {
        struct Choice: Encodable {
            struct Delta: Encodable {
                var role: String?
                var content: String?
                var toolCalls: [ToolCallPiece]?
            }
            var index = 0
            var delta: Delta
            var finishReason: String?
        }
        struct ToolCallPiece: Encodable {
            struct Function: Encodable {
                var name: String?
                var arguments: String
            }
            var index: Int
            var id: String?
            var type: String?
            var function: Function
        }
        var id = "chatcmpl-scripted"
        var object = "chat.completion.chunk"
        var created = 1_767_225_600
        var model: String
        var choices: [Choice]
        var usage: CompletionUsage?
    }

    private let call: ModelCallRecord
    private var deltas = 0
    private var toolCalls = 0

    init(_ call: ModelCallRecord) { self.call = call }

    func opening() -> [UInt8] { event(choice(.init(role: "assistant", content: ""))) }

    mutating func delta(_ text: String) -> [UInt8] {
        deltas += 1
        return event(choice(.init(content: text)))
    }

    /// The name, then the arguments in pieces, each in an event.
    mutating func toolCall(_ name: String, _ arguments: String, pieceLength: Int) -> [UInt8] {
        let index = toolCalls
        toolCalls += 1
        var bytes = event(
            choice(
                .init(toolCalls: [
                    .init(index: index, id: "call_scripted_\(index)", type: "function", function: .init(name: name, arguments: ""))
                ])))
        var rest = arguments[...]
        while !rest.isEmpty {
            let piece = String(rest.prefix(max(1, pieceLength)))
            rest = rest.dropFirst(piece.count)
            deltas += 1
            bytes += event(choice(.init(toolCalls: [.init(index: index, function: .init(arguments: piece))])))
        }
        return bytes
    }

    /// The reason, the usage when it was asked for, and the end, in one piece.
    func closing(_ given: String?) -> [UInt8] {
        let reason = given ?? (toolCalls > 0 ? "tool_calls" : "stop")
        var bytes = event(choice(.init(), finishReason: reason))
        if call.streamOptions?.includeUsage == true {
            bytes += event(Chunk(model: call.model, choices: [], usage: CompletionUsage(call, deltas: deltas)))
        }
        ServerSentEvent(data: "[DONE]").write(into: &bytes)
        return bytes
    }

    private func choice(_ delta: Chunk.Choice.Delta, finishReason: String? = nil) -> Chunk {
        Chunk(model: call.model, choices: [.init(delta: delta, finishReason: finishReason)])
    }

    private func event(_ chunk: Chunk) -> [UInt8] {
        var bytes: [UInt8] = []
        ServerSentEvent(data: String(decoding: (try? JSONCodec.encode(chunk)) ?? [], as: UTF8.self)).write(into: &bytes)
        return bytes
    }
}

/// The whole answer to a call that did not want a stream.
struct WholeCompletion: Encodable {
    struct Choice: Encodable {
        var index = 0
        var message: ModelCallRecord.Message
        var finishReason: String
    }

    var id = "chatcmpl-scripted"
    var object = "chat.completion"
    var created = 1_767_225_600
    var model: String
    var choices: [Choice]
    var usage: CompletionUsage

    init(_ answer: ScriptedAnswer, _ call: ModelCallRecord) {
        let deltas = answer.reply.compactMap { step in if case .delta(let text) = step { text } else { nil } }
        model = call.model
        choices = [
            Choice(message: .init(role: "assistant", content: deltas.joined()), finishReason: answer.finishReason ?? "stop")
        ]
        usage = CompletionUsage(call, deltas: deltas.count)
    }
}

/// What a call counts: words in, deltas out.
struct CompletionUsage: Encodable {
    var promptTokens: Int
    var completionTokens: Int
    var totalTokens: Int

    init(_ call: ModelCallRecord, deltas: Int) {
        promptTokens = call.promptTokens
        completionTokens = deltas
        totalTokens = promptTokens + deltas
    }
}
