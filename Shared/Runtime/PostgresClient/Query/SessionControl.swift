extension PostgresQuery {
    /// The statement's first word when it is one that would change the session under the feet of those who share it, or hang the pipeline.
    var sessionControl: String? {
        // No statement begins with a parameter.
        var text = pieces.prefix { $0 != .parameter }.sql.utf8[...]
        while let byte = text.first {
            if byte <= UInt8(ascii: " ") || byte == UInt8(ascii: ";") || byte == UInt8(ascii: "(") {
                text.removeFirst()
            } else if text.starts(with: "--".utf8) {
                text = text.drop { $0 != UInt8(ascii: "\n") }
            } else if text.starts(with: "/*".utf8) {
                guard let end = text.endOfComment else { return "/*" }
                text = text[end...]
            } else {
                break
            }
        }
        let word = text.prefix { $0 | 0x20 >= UInt8(ascii: "a") && $0 | 0x20 <= UInt8(ascii: "z") }
        let name = String(decoding: word, as: UTF8.self).lowercased()
        return Self.controls.contains(name) ? name.uppercased() : nil
    }

    private static let controls: Set = [
        "begin", "start", "commit", "end", "rollback", "abort", "prepare", "execute", "deallocate", "copy", "set", "reset", "discard",
        "listen", "unlisten", "savepoint", "release",
    ]
}

extension Substring.UTF8View {
    /// The place after the comment that begins here; comments nest.
    fileprivate var endOfComment: Index? {
        var depth = 0
        var position = startIndex
        while position < endIndex {
            let rest = self[position...]
            if rest.starts(with: "/*".utf8) {
                depth += 1
                position = index(position, offsetBy: 2)
            } else if rest.starts(with: "*/".utf8) {
                depth -= 1
                position = index(position, offsetBy: 2)
                if depth == 0 { return position }
            } else {
                position = index(after: position)
            }
        }
        return nil
    }
}
