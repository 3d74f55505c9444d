/// What a password must be, after NIST SP 800-63B: long enough, not one that everybody tries first; no rules about kinds of characters.
package enum PasswordPolicy {
    /// In characters.
    package static let shortest = 8
    /// In bytes of UTF-8; only so that nobody sends a megabyte to be hashed.
    package static let longest = 1024

    /// Why the password is refused, in words for the person; nil when it is not.
    package static func objection(to password: String, email: EmailAddress) -> String? {
        guard password.count >= shortest else { return "must have at least \(shortest) characters" }
        guard password.utf8.count <= longest else { return "must not be longer than \(longest) bytes" }
        let lowered = password.lowercased()
        let isOneCharacter = password.allSatisfy { $0 == password.first }
        guard !common.contains(lowered), !isOneCharacter else { return "is one of the first that an attacker tries" }
        guard lowered != email.key, lowered != email.key.prefix(while: { $0 != "@" }) else { return "must not be the e-mail address" }
        return nil
    }

    /// The most frequent of at least eight characters in published leaks.
    private static let common: Set<String> = [
        "12345678", "123456789", "1234567890", "password", "password1", "password12", "password123", "passw0rd", "p@ssw0rd", "p@ssword",
        "qwertyui", "qwertyuiop", "qwerty123", "1q2w3e4r", "1q2w3e4r5t", "1qaz2wsx", "q1w2e3r4", "zaq12wsx", "asdfghjk", "asdfghjkl",
        "iloveyou", "iloveyou1", "sunshine", "princess", "football", "baseball", "superman", "starwars", "computer", "michelle", "jennifer",
        "trustno1", "whatever", "welcome1", "welcome123", "letmein1", "letmein123", "admin123", "administrator", "changeme", "changeme1",
        "87654321", "987654321", "0987654321", "0123456789", "123123123", "12341234", "11223344", "abcd1234", "abc12345", "a1b2c3d4",
        "aa123456", "1234qwer", "qwer1234", "asdf1234", "secret123", "test1234", "dragon123", "monkey123", "master123", "pokemon1",
    ]
}
