internal import JSON

/// How many tokens something is, nearly: from bytes, rather too many than too few, since each model counts in its own way.
package enum TokenEstimate {
    private static let bytesPerToken = 3
    private static let perItem = 8

    /// Of so many bytes of UTF-8.
    package static func of(bytes: Int) -> Int { bytes / bytesPerToken }

    /// As many bytes as are estimated at so many tokens.
    static func bytes(of tokens: Int) -> Int { tokens * bytesPerToken }

    /// Of a message, with what stands around it.
    package static func of(_ message: ModelMessage) -> Int {
        message.toolCalls.reduce(of(bytes: message.content.utf8.count) + perItem) {
            $0 + of(bytes: $1.call.name.utf8.count + $1.call.arguments.utf8.count) + perItem
        }
    }

    /// Of several.
    package static func of(_ messages: some Sequence<ModelMessage>) -> Int { messages.reduce(0) { $0 + of($1) } }

    /// Of what a model is told of tools.
    package static func of(_ tools: [ToolOffer]) -> Int {
        tools.reduce(0) {
            let schema = (try? JSONCodec.encode($1.parameters).count) ?? 0
            return $0 + of(bytes: $1.name.utf8.count + $1.description.utf8.count + schema) + perItem
        }
    }
}
