/// A package of Python as it is asked for: a name, extras, and a version or none. Of PEP 508 just that: no addresses, paths or conditions.
struct PackageRequirement: Hashable {
    /// As it was written.
    let text: String
    /// As an index has it (PEP 503): in lower case, with single hyphens.
    let name: String

    private static let longestName = 100
    private static let longestVersion = 64
    private static let mostExtras = 8

    /// nil for what is none.
    init?(_ text: String) {
        let (named, version) = Self.split(text)
        guard version.map(Self.isVersion) ?? true else { return nil }
        let parts = named.split(separator: "[", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, Self.isName(first) else { return nil }
        if parts.count == 2 {
            guard parts[1].hasSuffix("]") else { return nil }
            let extras = parts[1].dropLast().split(separator: ",", omittingEmptySubsequences: false)
            guard extras.count <= Self.mostExtras, extras.allSatisfy(Self.isName) else { return nil }
        }
        self.text = text
        name = Self.normal(first)
    }

    private static func split(_ text: String) -> (named: Substring, version: Substring?) {
        guard let place = text.firstRange(of: "==") else { return (text[...], nil) }
        return (text[..<place.lowerBound], text[place.upperBound...])
    }

    /// Letters and digits, with dots, hyphens and underscores between them.
    private static func isName(_ text: Substring) -> Bool {
        guard (1...longestName).contains(text.utf8.count), let first = text.utf8.first, let last = text.utf8.last else { return false }
        return isLetterOrDigit(first) && isLetterOrDigit(last) && text.utf8.allSatisfy { isLetterOrDigit($0) || isSeparator($0) }
    }

    /// Of PEP 440, as far as its characters go; pip judges the rest.
    private static func isVersion(_ text: Substring) -> Bool {
        guard (1...longestVersion).contains(text.utf8.count), let first = text.utf8.first else { return false }
        return isLetterOrDigit(first) && text.utf8.allSatisfy { isLetterOrDigit($0) || isSeparator($0) || "!+*".utf8.contains($0) }
    }

    private static func normal(_ name: Substring) -> String {
        name.lowercased().split { isSeparator($0.utf8.first ?? 0) }.joined(separator: "-")
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    private static func isSeparator(_ byte: UInt8) -> Bool { "-_.".utf8.contains(byte) }

    /// Whether a line of pip is about it.
    func isNamed(in line: some StringProtocol) -> Bool {
        let words = String(line).split { !$0.utf8.allSatisfy { Self.isLetterOrDigit($0) || Self.isSeparator($0) } }
        return words.contains { Self.normal($0) == name }
    }
}
