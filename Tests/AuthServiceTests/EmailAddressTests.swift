import AuthService
import Testing

struct EmailAddressTests {
    @Test(
        "ordinary addresses are accepted", arguments: ["a@b", "Ada.Lovelace+x@Example.co.uk", "o'neil_1@host-1.example", "demo@localhost"])
    func accepted(text: String) throws {
        let email = try #require(EmailAddress(text))
        #expect(email.text == text)
        #expect(email.key == text.lowercased())
    }

    @Test(
        "text that is no address is refused",
        arguments: [
            "", "@", "a@", "@b", "a", "a b@c", "a@b c", "a@b\n", "a..b@c", ".a@c", "a.@c", "a@.c", "a@c.", "a@-c", "a@c-", "a@b@c", "é@b",
            "a@é", "a@b\0", "\"a\"@b", "a,b@c", "a@[127.0.0.1]", String(repeating: "a", count: 65) + "@b",
            "a@" + String(repeating: "b", count: 64), "a@" + String(repeating: "b.", count: 130) + "b",
        ])
    func refused(text: String) { #expect(EmailAddress(text) == nil) }
}
