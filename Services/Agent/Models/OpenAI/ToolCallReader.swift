/// Puts together the calls of tools that a streamed answer asks for, from their pieces.
struct ToolCallReader: Sendable {
    private struct Call: Sendable {
        let index: Int?
        let id: String?
        var name: String
        var arguments: String
    }

    private var calls: [Call] = []
    private var size = 0

    private static let mostCalls = 32
    private static let longestName = 128
    private static let mostBytes = 256 << 10

    /// Takes a piece. Returns false when it is more than a reply may ask for.
    mutating func read(_ piece: ChatCompletionChunk.ToolCall) -> Bool {
        let (name, arguments) = (piece.function?.name ?? "", piece.function?.arguments ?? "")
        size += name.utf8.count + arguments.utf8.count
        guard size <= Self.mostBytes else { return false }
        if let place = place(of: piece) {
            calls[place].name += name
            calls[place].arguments += arguments
            return calls[place].name.utf8.count <= Self.longestName
        }
        calls.append(Call(index: piece.index, id: piece.id, name: name, arguments: arguments))
        return calls.count <= Self.mostCalls && name.utf8.count <= Self.longestName
    }

    /// The call that a piece goes on with. Some providers number all calls 0, others none: a new id is a new call then.
    private func place(of piece: ChatCompletionChunk.ToolCall) -> Int? {
        let place = piece.index == nil ? calls.indices.last : calls.lastIndex { $0.index == piece.index }
        guard let place, let id = piece.id, !id.isEmpty else { return place }
        return calls[place].id == id ? place : nil
    }

    /// All of them, once the answer has ended.
    var requested: [RequestedToolCall] { calls.map { RequestedToolCall(name: $0.name, arguments: $0.arguments) } }
}
