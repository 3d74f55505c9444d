/// Blanks out comments and the literal parts of strings; the code inside an interpolation stays.
struct CodeScanner {
    private let characters: [Character]
    private var index = 0
    private var code = ""

    init(_ text: String) {
        characters = Array(text)
    }

    mutating func scan() -> String {
        scanCode(until: nil)
        return code
    }

    /// Copies code until the parenthesis that closes an interpolation, or to the end.
    private mutating func scanCode(until closing: Character?) {
        var depth = 0
        while index < characters.count {
            if starts(with: "//") {
                while index < characters.count, !characters[index].isNewline { index += 1 }
            } else if starts(with: "/*") {
                skipBlockComment()
            } else if let hashes = openingQuote() {
                scanString(hashes: hashes)
            } else {
                let character = characters[index]
                if character == "(" { depth += 1 }
                if character == ")" {
                    if depth == 0, closing != nil { return }
                    depth -= 1
                }
                code.append(character)
                index += 1
            }
        }
    }

    private mutating func skipBlockComment() {
        var depth = 0
        repeat {
            if starts(with: "/*") {
                depth += 1
                index += 2
            } else if starts(with: "*/") {
                depth -= 1
                index += 2
            } else {
                keepNewline()
            }
        } while depth > 0 && index < characters.count
    }

    /// The number of `#` before a quote that begins here, nil when none does.
    private func openingQuote() -> Int? {
        var end = index
        while end < characters.count, characters[end] == "#" { end += 1 }
        return end < characters.count && characters[end] == "\"" ? end - index : nil
    }

    private mutating func scanString(hashes: Int) {
        let marks = String(repeating: "#", count: hashes)
        index += hashes
        let quote = starts(with: "\"\"\"") ? "\"\"\"" : "\""
        index += quote.count
        code.append("\"")
        while index < characters.count {
            if starts(with: "\\" + marks + "(") {
                index += hashes + 2
                code.append("(")
                scanCode(until: ")")
            } else if starts(with: "\\" + marks) {
                index += hashes + 1
                keepNewline()
            } else if starts(with: quote + marks) {
                index += quote.count + hashes
                break
            } else {
                keepNewline()
            }
        }
        code.append("\"")
    }

    private mutating func keepNewline() {
        if index < characters.count, characters[index].isNewline { code.append("\n") }
        index += 1
    }

    private func starts(with text: String) -> Bool {
        var position = index
        for character in text {
            guard position < characters.count, characters[position] == character else { return false }
            position += 1
        }
        return true
    }
}
