import AuthService
import Testing

struct DisplayNameTests {
    @Test(
        "space around a name goes, what is inside stays",
        arguments: [("Ada", "Ada"), ("  Ada Lovelace\n", "Ada Lovelace"), ("愛田 👩‍💻", "愛田 👩‍💻")])
    func normalized(text: String, name: String) { #expect(DisplayName.normalized(text) == name) }

    @Test(
        "names of nothing, with line breaks, control or direction marks are refused",
        arguments: ["", " \t\n", "a\nb", "a\0", "a\u{202E}b", "a\u{2028}b"])
    func refused(text: String) { #expect(DisplayName.normalized(text) == nil) }
}
