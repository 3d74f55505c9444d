import JSON
import ServiceKit
import Testing
import WireProtocol

@testable import AuthService

@Suite("Organisations", .timeLimit(.minutes(15)))
struct OrganizationTests {
    @Test("an operator lets a person join another's organisation and leave it again; their tokens and API keys end with each move")
    func move() async throws {
        try await withAuth { auth in
            let ada = try await auth.register().user
            let grace = try await auth.register("grace@example.org")
            func command(_ arguments: String...) async throws -> String {
                try await OrganizationCommand.run(auth.configuration, arguments, auth.loop)
            }
            func logIn() async throws -> TokenAnswer {
                let answer = try await auth.post(
                    "/api/v1/auth/login", ["email": "grace@example.org", "password": "correct horse battery"])
                return try JSONCodec.decode(TokenAnswer.self, from: JSONCodec.encode(answer.json), unknownFields: .refused)
            }
            #expect(try await command("grace@example.org").hasSuffix("of grace@example.org: grace@example.org"))
            #expect(try await command("GRACE@example.org", "--join", "ada@example.org").contains("\(ada.organizationID) now, with ada@"))
            let refused = try await auth.waitForStatus(401) { try await auth.get("/api/v1/auth/me", token: grace.accessToken) }
            #expect(refused.code == "invalid_token")
            let spent = try await auth.token([("grant_type", "refresh_token"), ("refresh_token", grace.refreshToken)])
            #expect(spent["error"]?.string == "invalid_grant")

            let member = try await logIn().user
            #expect(member.organizationID == ada.organizationID)
            #expect(member.roles == grace.user.roles)
            #expect(try await command("grace@example.org", "--join", "ada@example.org").hasSuffix("ada@example.org, grace@example.org"))
            #expect(try await command("grace@example.org", "--leave").contains("\(grace.user.organizationID) now, with nobody else"))
            #expect(try await logIn().user.organizationID == grace.user.organizationID)
            #expect(try await command("ada@example.org").hasSuffix(": ada@example.org"))
        }
    }

    @Test("other arguments, and an address that nobody has, are refused")
    func refused() async throws {
        try await withAuth { auth in
            _ = try await auth.register()
            let ada = "ada@example.org"
            for arguments in [[], ["ada"], [ada, "--join"], [ada, "--join", "x"], [ada, "--leave", ada], [ada, "leave"]] {
                await #expect(throws: UsageError.self) { try await OrganizationCommand.run(auth.configuration, arguments, auth.loop) }
            }
            for arguments in [["nobody@example.org"], [ada, "--join", "nobody@example.org"]] {
                await #expect(throws: UnknownPerson.self) { try await OrganizationCommand.run(auth.configuration, arguments, auth.loop) }
            }
        }
    }
}
