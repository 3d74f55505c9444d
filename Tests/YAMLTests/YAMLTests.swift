import Testing
@testable import YAML

@Suite("YAML")
struct YAMLTests {
    private func failure(_ text: String, _ limits: YAMLLimits = YAMLLimits()) throws -> YAMLError {
        try #require(throws: YAMLError.self) { _ = try YAMLNode(parsing: text, limits: limits) }
    }

    @Test("mappings, sequences and all kinds of scalars are read, with their places", .timeLimit(.minutes(15)))
    func reading() throws {
        let node = try YAMLNode(
            parsing: "a: >\n  two\n  lines\nb: [x, 'null', null]\n# said\nc:\n  - d: |\n      kept\n      as is\n    e: \"q\\t\"\n")
        #expect(node.members?.map(\.key) == ["a", "b", "c"])
        #expect(node["a"]?.text == "two lines\n")
        #expect(node["b"]?.elements?.map(\.text) == ["x", "null", "null"])
        #expect(node["b"]?.elements?.map(\.isNull) == [false, false, true])
        let entry = try #require(node["c"]?.elements?.first)
        #expect(entry["d"]?.text == "kept\nas is\n")
        #expect(entry["e"]?.text == "q\t")
        #expect(node.members?.map(\.position.line) == [1, 4, 6])
        #expect(entry["e"]?.position == YAMLPosition(line: 10, column: 8))
        #expect(node["f"] == nil)
    }

    @Test("after the end there is nothing, however often it is asked for", .timeLimit(.minutes(15)))
    func afterTheEnd() throws {
        var parser = try YAMLParser(Array("a".utf8))
        var isOver = false
        while !isOver { if case .streamEnd = try parser.next().event { isOver = true } }
        for _ in 0..<3 {
            guard case .streamEnd = try parser.next().event else {
                Issue.record("something follows the end")
                break
            }
        }
    }

    @Test(
        "an empty text is nothing, and a text with comments only too", .timeLimit(.minutes(15)),
        arguments: ["", "# a\n", "---\n", "\u{FEFF}"])
    func empty(text: String) throws {
        #expect(try YAMLNode(parsing: text).isNull)
    }

    @Test(
        "what is no YAML, and what is not read, is refused with its line", .timeLimit(.minutes(15)),
        arguments: [
            ("a: 1\nb: [", 3, "expected"), ("a: 'x", 1, "quoted"), ("\ta: 1", 1, "cannot start any token"), ("a: b: c", 1, "not allowed"),
            ("a: &x 1\nb: *x", 2, "aliases"), ("a: 1\nc: 2\na: 3", 3, "line 1 already"), ("? [a]\n: 1", 1, "key must be a text"),
            ("? {a: b}\n: 1", 1, "key must be a text"), ("a: 1\n---\nb: 2", 2, "second document"),
            ("a: !!python/object:os.system x", 1, "tags"),
            ("!!map {a: 1}", 1, "tags"), ("a: !include b", 1, "tags"), ("a: \"\\uD800\"", 1, "Unicode"), ("a: \u{0}", 1, "control"),
            ("%YAML 3.0\n---\na", 1, "incompatible"),
        ])
    func refused(text: String, line: Int, detail: String) throws {
        let error = try failure(text)
        #expect(error.position.line == line, "\(error)")
        #expect(error.detail.contains(detail), "\(error)")
    }

    @Test("a bomb of aliases is refused at its first alias", .timeLimit(.minutes(15)))
    func bomb() throws {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...30 {
            text += "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ") + "]\n"
        }
        let error = try failure(text)
        #expect(error.position.line == 2)
        #expect(error.detail.contains("aliases"))
    }

    @Test("size, depth and number of values are bounded, whatever the form", .timeLimit(.minutes(15)))
    func limits() throws {
        let limits = YAMLLimits(size: 300_000, depth: 4, nodes: 100)
        #expect(try failure(String(repeating: " ", count: 300_001), limits).detail.contains("larger"))
        for opening in ["[", "{a: ", "- ", "? "] {
            #expect(try failure(String(repeating: opening, count: 60_000), limits).detail.isEmpty == false)
        }
        #expect(try failure(String(repeating: "[", count: 5) + String(repeating: "]", count: 5), limits).detail.contains("nested"))
        #expect(try YAMLNode(parsing: "[[[[a]]]]", limits: limits).elements?.count == 1)
        #expect(try failure(String(repeating: "- a\n", count: 100), limits).detail.contains("more than 100 values"))
        #expect(try YAMLNode(parsing: String(repeating: "- a\n", count: 99), limits: limits).elements?.count == 99)
        #expect(try YAMLNode(parsing: String(repeating: "- a\n", count: 9_999)).elements?.count == 9_999)
    }

    @Test("every beginning of a document is read or refused", .timeLimit(.minutes(15)))
    func beginnings() throws {
        let text = "%YAML 1.1\n---\na: &b >-\n  text {x} äöü\nc: ['d', \"e\\n\", {f: g, ? h : i}]\n? k\n: - l\n  - |2\n    m\n...\n"
        for count in 0...text.unicodeScalars.count {
            let beginning = String(text.unicodeScalars.prefix(count))
            do { _ = try YAMLNode(parsing: beginning) } catch { #expect(error.position.line >= 1 && !error.detail.isEmpty) }
        }
    }
}
