import Cryptography
import Testing

struct BcryptTests {
    @Test(
        "known hashes are verified",
        arguments: [
            ("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
            ("U*U*", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK"),
            ("U*U*U", "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a"),
        ])
    func vectors(password: String, hash: String) {
        #expect(Bcrypt.verify(password, against: hash))
        #expect(!Bcrypt.verify(password + "x", against: hash))
        #expect(Bcrypt.cost(of: hash) == 5)
    }

    @Test("a hash verifies its own password alone, and salts make two hashes of one password differ")
    func roundTrip() throws {
        let hash = try Bcrypt.hash("correct horse", cost: 4)
        #expect(hash.hasPrefix("$2b$04$"))
        #expect(Bcrypt.verify("correct horse", against: hash))
        #expect(!Bcrypt.verify("correct horsE", against: hash))
        #expect(!Bcrypt.verify("", against: hash))
        #expect(try Bcrypt.hash("correct horse", cost: 4) != hash)
    }

    @Test("every byte of a password counts, beyond 72 and after a NUL too", arguments: [71, 72, 73, 100, 600, 5000])
    func longPasswords(length: Int) throws {
        let password = String(repeating: "p", count: length)
        let hash = try Bcrypt.hash(password, cost: 4)
        #expect(Bcrypt.verify(password, against: hash))
        #expect(!Bcrypt.verify(password + "p", against: hash))
        #expect(!Bcrypt.verify(String(password.dropLast()), against: hash))
        let withNUL = try Bcrypt.hash("a\0" + password, cost: 4)
        #expect(Bcrypt.verify("a\0" + password, against: withNUL))
        #expect(!Bcrypt.verify("a", against: withNUL))
        #expect(!Bcrypt.verify("a\0", against: withNUL))
    }

    @Test(
        "a stored text that is no bcrypt hash verifies nothing",
        arguments: [
            "", "*0", "*1", "$2b$", "$1$salt$hash", "$2x$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
            "$2a$99$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOe",
            "$2a$05$CCCCCCCCCCCCCCCCCCCCC!E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        ])
    func foreignHashes(hash: String) {
        #expect(!Bcrypt.verify("U*U", against: hash))
        #expect(!Bcrypt.verify(hash, against: hash))
    }

    @Test("costs out of range are refused", arguments: [-1, 0, 3, 32, 1000])
    func costs(cost: Int) { #expect(throws: CryptographyError.invalidPasswordHash) { try Bcrypt.hash("p", cost: cost) } }
}
