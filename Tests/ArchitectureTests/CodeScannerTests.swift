import Testing

/// A check that overlooks is worse than none: what the checks read is itself tested.
@Suite("What the checks read")
struct CodeScannerTests {
    private func code(_ text: String) -> String {
        var scanner = CodeScanner(text)
        return scanner.scan()
    }

    @Test("comments go, nested ones too, and the lines stay where they were")
    func comments() {
        #expect(code("a // Task {\nb /* x /* y */\n z */ c") == "a \nb \n c")
    }

    @Test("the text of a string goes and the code in its interpolations stays")
    func strings() {
        #expect(code(#"f("Task { \(g("x", h(1))) }")"#) == #"f("(g("", h(1)))")"#)
        #expect(code("let a = \"\"\"\n  Task {\n  \"\"\"; b") == "let a = \"\n\n\"; b")
        #expect(code(##"let r = #"a " \(no) \#(yes)"# + s"##) == ##"let r = "(yes)" + s"##)
    }

    @Test("imports are found behind attributes and access levels")
    func imports() {
        let text = "import Glibc\npackage import JSON // import X\n@testable import struct HTTPServer.Route\n// import Y"
        #expect(SwiftSource(path: "F.swift", text: text).imports == ["Glibc", "JSON", "HTTPServer"])
    }

    @Test("a package type or function without a comment is found, a commented one is not")
    func undocumented() {
        let text = """
            /// Said.
            @inlinable
            package func a() {}

            package final class B {}
            package import C
                package enum D {}
            """
        let found = SwiftSource(path: "F.swift", text: text).undocumented
        #expect(found == ["F.swift:5: package final class B {}", "F.swift:7:     package enum D {}"])
    }
}
