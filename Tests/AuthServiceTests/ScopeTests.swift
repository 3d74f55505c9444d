import AuthService
import Testing

struct ScopeTests {
    @Test("names come back in order, each once")
    func text() throws {
        let scope = try #require(Scope("b:read a:write b:read"))
        #expect(scope.text == "a:write b:read")
        #expect(Scope(["b", "a"]).sorted == ["a", "b"])
    }

    @Test("text that is no scope is refused", arguments: ["", " ", "a ", " a", "a  b", "a\tb", "a\"", "a\\b", "é"])
    func refused(text: String) { #expect(Scope(text) == nil) }

    @Test("scopes are cut, joined and compared as sets")
    func sets() {
        let wide = Scope(["a", "b", "c"])
        let narrow = Scope(["b", "d"])
        #expect(narrow.limited(to: wide) == Scope(["b"]))
        #expect(narrow.and(wide) == Scope(["a", "b", "c", "d"]))
        #expect(!narrow.isWithin(wide))
        #expect(Scope(["b"]).isWithin(narrow))
    }
}
