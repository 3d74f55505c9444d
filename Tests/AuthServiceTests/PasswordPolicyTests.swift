import AuthService
import Testing

struct PasswordPolicyTests {
    private let email: EmailAddress

    init() throws { email = try #require(EmailAddress("Ada.Lovelace@example.org")) }

    @Test(
        "long and uncommon passwords are accepted whatever they are made of",
        arguments: ["correct horse battery", "zx81-spectrum", "пароль-длинный", "🐎🐎🐎🐎🔋🔋🔋🔋", String(repeating: "ab", count: 512)])
    func accepted(password: String) { #expect(PasswordPolicy.objection(to: password, email: email) == nil) }

    @Test(
        "short, endless, common passwords and the address itself are refused",
        arguments: [
            "", "seven77", "password", "PassWord1", "12345678", "aaaaaaaaaaaa", "ada.lovelace@EXAMPLE.org", "ada.lovelace",
            String(repeating: "ab", count: 513),
        ])
    func refused(password: String) { #expect(PasswordPolicy.objection(to: password, email: email) != nil) }
}
