internal import JSON

/// What a provider says of a call that failed, in an answer of its own or in the middle of a stream.
struct ProviderFailure: Sendable, Hashable {
    /// The provider's own words on one line, to follow ours: a colon and the words, or a full stop when there are none.
    let saying: String
    let type: String?
    /// A word at OpenAI, a status elsewhere.
    let code: JSONValue?

    private static let longestSaying = 300

    /// From `{message, type, code}`, or just a text.
    init(_ error: JSONValue?, hiding secret: String?) {
        type = error?["type"]?.string
        code = error?["code"]
        saying = Self.saying(error?["message"]?.string ?? error?.string ?? "", hiding: secret)
    }

    /// From the body of an answer, whatever it is: `{error: {…}}`, `{error: "…"}` or `{message, …}`.
    init(body: [UInt8], hiding secret: String?) {
        let value = try? JSONValue(parsing: body)
        self.init(value?["error"] ?? value, hiding: secret)
    }

    /// OpenAI answers a used-up account with 429 too, but waiting does not help.
    var isQuota: Bool { type == "insufficient_quota" || code?.string == "insufficient_quota" }

    /// Whether another request might succeed.
    var isAboutRequest: Bool { type == "invalid_request_error" || [400, 404, 413, 422].contains(code?.int) }

    /// Whether the same call would fail again.
    var isFinal: Bool { isQuota || isAboutRequest || (400..<408).contains(code?.int ?? 0) }

    /// What the provider calls it, in brackets, to follow our words; empty when that is no plain name.
    var name: String {
        guard let name = code?.string ?? type, (1...64).contains(name.utf8.count),
            name.utf8.allSatisfy({ (0x61...0x7A).contains($0) || $0 == 0x5F })
        else { return "" }
        return " (\(name))"
    }

    /// The secret is hidden before the text is cut: half of a key is a leak too.
    private static func saying(_ message: String, hiding secret: String?) -> String {
        var text = message
        if let secret, !secret.isEmpty { text = text.split(separator: secret, omittingEmptySubsequences: false).joined(separator: "***") }
        let words = text.prefix(4 * longestSaying).split { $0.isWhitespace || $0.unicodeScalars.contains { $0.value < 0x20 } }
        let line = words.joined(separator: " ")
        if line.isEmpty { return "." }
        return ": " + (line.count > longestSaying ? line.prefix(longestSaying) + "…" : line)
    }
}
