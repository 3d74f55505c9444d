/// What a manager's words mean. Models do not keep to forms, so names are read kindly; an acceptance has to be unmistakable.
package enum ManagerReply {
    /// The member whom a reply names: alone in a line, or else the first one that is mentioned. Nil: nobody.
    package static func assignee(in reply: String, among names: [String]) -> String? {
        for line in reply.split(whereSeparator: \.isNewline) {
            let words = trimmed(line).lowercased()
            if let name = names.first(where: { $0.lowercased() == words }) { return name }
        }
        let text = Array(reply.lowercased())
        let found = names.compactMap { name in place(of: Array(name.lowercased()), in: text).map { (name: name, place: $0) } }
        // Of two that begin at the same place the longer one was meant.
        return found.min { ($0.place, -$0.name.count) < ($1.place, -$1.name.count) }?.name
    }

    /// Whether a reply accepts a result: its first line says `ACCEPT` and nothing else. All else is what is to be done better.
    package static func verdict(_ reply: String) -> (isAccepted: Bool, feedback: String) {
        let lines = reply.split(whereSeparator: \.isNewline)
        if let first = lines.lazy.map(trimmed).first(where: { !$0.isEmpty }), first.uppercased() == "ACCEPT" { return (true, "") }
        var feedback = reply.drop { !$0.isLetter && !$0.isNumber }
        if feedback.prefix(while: \.isLetter).uppercased() == "REVISE" {
            feedback = feedback.dropFirst("REVISE".count).drop { !$0.isLetter && !$0.isNumber }
        }
        let text = String(feedback.reversed().drop { $0.isWhitespace }.reversed())
        return (false, text.isEmpty ? "It is not as expected." : text)
    }

    /// Without what models put around names.
    private static func trimmed(_ line: Substring) -> String {
        func isOrnament(_ character: Character) -> Bool { character.isWhitespace || "*_`\"'“”.:!-#".contains(character) }
        return String(line.drop(while: isOrnament).reversed().drop(while: isOrnament).reversed())
    }

    /// Where a name stands as a word of its own.
    private static func place(of name: [Character], in text: [Character]) -> Int? {
        guard !name.isEmpty, text.count >= name.count else { return nil }
        return (0...(text.count - name.count)).first { start in
            guard text[start] == name[0], text[start..<(start + name.count)].elementsEqual(name) else { return false }
            let before = start > 0 ? text[start - 1] : " "
            let after = start + name.count < text.count ? text[start + name.count] : " "
            return !before.isLetter && !before.isNumber && !after.isLetter && !after.isNumber
        }
    }
}
