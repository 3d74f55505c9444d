import AuthService
import Cryptography
import ServiceKit
import Testing

struct ConfigurationTests {
    private let key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

    private func read(_ keys: String?) throws -> AuthConfiguration {
        var environment = ["DATABASE_URL": "postgresql://auth@/troupe"]
        environment["MASTER_KEYS"] = keys
        return try Settings.read(environment: environment) { AuthConfiguration($0) }
    }

    @Test("several master keys are read, the first of which seals")
    func masterKeys() throws {
        #expect(try read("new:\(key),old:\(key)").masterKeys.keyring().currentKeyID == "new")
    }

    @Test(
        "missing and malformed master keys are named",
        arguments: [
            nil, "", "new", "new:", "new:AAAA", "new:AAA=,", ":",
            "a:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=,a:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        ])
    func malformed(keys: String?) {
        do {
            _ = try read(keys)
            Issue.record("accepted")
        } catch {
            #expect("\(error)".contains("MASTER_KEYS"))
        }
    }
}
