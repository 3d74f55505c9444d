/// Blanks out comments and the literal parts of strings; the code inside an interpolation stays.
struct CodeScanner {
    // Bytes, since all that decides is ASCII and a debug build takes its time over characters.
    private let bytes: [UInt8]
    private var index = 0
    private var code: [UInt8] = []

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    mutating func scan() -> String {
        scanCode(inInterpolation: false)
        return String(decoding: code, as: UTF8.self)
    }

    /// Copies code until the parenthesis that closes an interpolation, or to the end.
    private mutating func scanCode(inInterpolation: Bool) {
        var depth = 0
        while index < bytes.count {
            if starts(with: "//") {
                while index < bytes.count, bytes[index] != newline { index += 1 }
            } else if starts(with: "/*") {
                skipBlockComment()
            } else if let hashes = openingQuote() {
                scanString(hashes: hashes)
            } else {
                if starts(with: "(") { depth += 1 }
                if starts(with: ")") {
                    if depth == 0, inInterpolation { return }
                    depth -= 1
                }
                code.append(bytes[index])
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
        } while depth > 0 && index < bytes.count
    }

    /// The number of `#` before a quote that begins here, nil when none does.
    private func openingQuote() -> Int? {
        var end = index
        while end < bytes.count, bytes[end] == UInt8(ascii: "#") { end += 1 }
        return end < bytes.count && bytes[end] == UInt8(ascii: "\"") ? end - index : nil
    }

    private mutating func scanString(hashes: Int) {
        let marks = String(repeating: "#", count: hashes)
        index += hashes
        let quote = starts(with: "\"\"\"") ? "\"\"\"" : "\""
        index += quote.utf8.count
        code.append(UInt8(ascii: "\""))
        while index < bytes.count {
            if starts(with: "\\" + marks + "(") {
                index += hashes + 2
                code.append(UInt8(ascii: "("))
                scanCode(inInterpolation: true)
                code.append(UInt8(ascii: ")"))
                index += 1
            } else if starts(with: "\\" + marks) {
                index += hashes + 1
                keepNewline()
            } else if starts(with: quote + marks) {
                index += quote.utf8.count + hashes
                break
            } else {
                keepNewline()
            }
        }
        code.append(UInt8(ascii: "\""))
    }

    private mutating func keepNewline() {
        if index < bytes.count, bytes[index] == newline { code.append(newline) }
        index += 1
    }

    private func starts(with text: String) -> Bool {
        var position = index
        for byte in text.utf8 {
            guard position < bytes.count, bytes[position] == byte else { return false }
            position += 1
        }
        return true
    }
}

private let newline = UInt8(ascii: "\n")
