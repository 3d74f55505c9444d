import Cryptography
import JSON
import ServiceKit
import Testing
import WireProtocol

@testable import AuthService

@Suite("Plans", .timeLimit(.minutes(15)))
struct PlanTests {
    private static func plan(_ accessToken: String?) throws -> String? {
        let parts = (accessToken ?? "").split(separator: ".")
        let claims = try #require(parts.count == 3 ? Base64URL.decode(parts[1]) : nil)
        return try JSONCodec.decode(JSONValue.self, from: claims, unknownFields: .ignored)["plan"]?.string
    }

    @Test("an operator sets the plan of a person's organisation, and tokens tell it from their next refresh on")
    func set() async throws {
        try await withAuth { auth in
            let tokens = try await auth.register()
            let other = try await auth.register("grace@example.org")
            var refresh = tokens.refreshToken
            func next() async throws -> String? {
                let answer = try await auth.token([("grant_type", "refresh_token"), ("refresh_token", refresh)])
                refresh = try #require(answer["refresh_token"]?.string)
                return try Self.plan(answer["access_token"]?.string)
            }
            func command(_ arguments: String...) async throws -> String {
                try await PlanCommand.run(auth.configuration, arguments, auth.loop)
            }
            let name = "organisation \(tokens.user.organizationID) of ada@example.org"
            #expect(try Self.plan(tokens.accessToken) == nil)
            #expect(try await command("ADA@example.org") == "\(name): no plan")
            #expect(try await command("ada@example.org", "pro").hasPrefix("\(name): pro, before no plan;"))
            #expect(try await next() == "pro")
            #expect(try await command("ada@example.org") == "\(name): pro")
            #expect(try await command("ada@example.org", "--none").hasPrefix("\(name): no plan, before pro;"))
            #expect(try await next() == nil)
            _ = try await command("ada@example.org", "team-2_b")
            let theirs = try await auth.token([("grant_type", "refresh_token"), ("refresh_token", other.refreshToken)])
            #expect(try Self.plan(theirs["access_token"]?.string) == nil, "the plan is the organisation's own")
        }
    }

    @Test("what is no address or no plan is refused, and so is an address that nobody has")
    func refused() async throws {
        try await withAuth { auth in
            _ = try await auth.register()
            for arguments in [
                [], ["ada"], ["ada@example.org", "Pro"], ["ada@example.org", ""], ["ada@example.org", "1st"], ["ada@example.org", "a b"],
                ["ada@example.org", String(repeating: "a", count: 64)], ["ada@example.org", "pro", "now"],
            ] {
                await #expect(throws: UsageError.self) { try await PlanCommand.run(auth.configuration, arguments, auth.loop) }
            }
            await #expect(throws: UnknownPerson.self) {
                try await PlanCommand.run(auth.configuration, ["nobody@example.org", "pro"], auth.loop)
            }
        }
    }
}
