internal import WireProtocol

/// Finds the first fenced block of executable code in a text that arrives in pieces. Blocks of other languages are passed over.
struct CodeBlockScanner: Sendable, Hashable {
    struct Block: Sendable, Hashable {
        var language: CodeLanguage
        var code: String
        var isClosed: Bool
    }

    private enum Place: Hashable { case text, otherBlock, block }

    private(set) var block: Block?
    private var place = Place.text
    private var line: [UInt8] = []

    /// Reads on. Returns how many bytes at the end of the text come after the block; 0 while it has not ended.
    @discardableResult
    mutating func read(_ text: String) -> Int {
        var rest = text.utf8.count
        for byte in text.utf8 {
            rest -= 1
            line.append(byte)
            if byte != UInt8(ascii: "\n") { continue }
            endLine()
            if block?.isClosed == true { return rest }
        }
        return 0
    }

    /// The text has ended: its last line needs no line end.
    mutating func finish() {
        if !line.isEmpty, block?.isClosed != true { endLine() }
    }

    private mutating func endLine() {
        let text = String(decoding: line, as: UTF8.self)
        line.removeAll(keepingCapacity: true)
        let fence = Self.fence(text)
        switch place {
        case .text:
            guard let fence else { return }
            if let language = Self.languages[fence] {
                block = Block(language: language, code: "", isClosed: false)
                place = .block
            } else {
                place = .otherBlock
            }
        case .otherBlock:
            if fence == "" { place = .text }
        case .block:
            if fence == "" { block?.isClosed = true } else { block?.code += text }
        }
    }

    /// What stands after three backticks; nil when the line is no fence.
    private static func fence(_ line: String) -> String? {
        let indentation = line.utf8.prefix { $0 == UInt8(ascii: " ") }.count
        let rest = line.utf8.dropFirst(indentation)
        guard indentation <= 3, rest.starts(with: "```".utf8) else { return nil }
        let info = Substring(rest.dropFirst(3)).drop { $0 == " " }
        return info.contains("`") ? nil : info.prefix { !$0.isWhitespace }.lowercased()
    }

    private static let languages: [String: CodeLanguage] = [
        "python": .python, "python3": .python, "py": .python, "javascript": .javascript, "js": .javascript, "node": .javascript,
        "bash": .bash, "sh": .bash, "shell": .bash,
    ]
}
