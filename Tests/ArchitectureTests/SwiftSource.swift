/// A Swift file of the project and what the checks read in it.
struct SwiftSource {
    /// Relative to the project, such as `Shared/Runtime/JSON/Token.swift`.
    var path: String
    /// Every line, without comments and without the literal parts of strings.
    var lines: [Line]
    /// `path:line: text` of every `package` type and free function that no `///` stands above.
    var undocumented: [String]
    /// The modules that this file imports.
    var imports: [String]

    struct Line {
        var number: Int
        var text: Substring
    }

    init(path: String, text: String) {
        var scanner = CodeScanner(text)
        let code = scanner.scan().split(separator: "\n", omittingEmptySubsequences: false)
        self.path = path
        self.lines = code.enumerated().map { Line(number: $0.offset + 1, text: $0.element) }
        let importLine = Self.importLine
        self.imports = code.filter { $0.contains("import ") }.compactMap { $0.prefixMatch(of: importLine).map { String($0.output.1) } }
        self.undocumented = Self.undocumented(text, code).map { "\(path):\($0 + 1): \(code[$0])" }
    }

    func isUnder(_ folder: String) -> Bool {
        path.hasPrefix(folder + "/")
    }

    /// `path:line: text` of every line in which the pattern occurs.
    func places(of pattern: Regex<AnyRegexOutput>) -> [String] {
        lines.filter { $0.text.contains(pattern) }.map { "\(path):\($0.number): \($0.text)" }
    }

    /// Line indices of `package` declarations without a comment. Attributes may stand between the two.
    private static func undocumented(_ text: String, _ code: [Substring]) -> [Int] {
        let original = text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.drop { $0 == " " } }
        let packageDeclaration = packageDeclaration
        return code.indices.filter { index in
            guard code[index].contains("package "), code[index].prefixMatch(of: packageDeclaration) != nil else { return false }
            var above = index - 1
            while above >= 0, original[above].hasPrefix("@") || original[above].hasPrefix("#if") { above -= 1 }
            return above < 0 || !(original[above].hasPrefix("///") || original[above].hasSuffix("*/"))
        }
    }

    private static var importLine: Regex<(Substring, Substring)> {
        /\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)/
    }

    /// Types and free functions; the members of a type that is explained may speak for themselves.
    private static var packageDeclaration: Regex<Substring> {
        /package func .*|\s*(?:@\w+(?:\([^)]*\))?\s+)*package (?:(?:final|indirect|nonisolated) )*(?:struct|class|enum|actor|protocol|typealias) .*/
    }
}
