/// How many tokens something is, nearly: from bytes, rather too many than too few, since each model counts in its own way.
package enum TokenEstimate {
    private static let bytesPerToken = 3
    private static let perMessage = 8

    /// Of so many bytes of UTF-8.
    package static func of(bytes: Int) -> Int { bytes / bytesPerToken }

    /// Of a message, with what stands around it.
    package static func of(_ message: ModelMessage) -> Int { of(bytes: message.content.utf8.count) + perMessage }

    /// Of several.
    package static func of(_ messages: some Sequence<ModelMessage>) -> Int { messages.reduce(0) { $0 + of($1) } }
}
