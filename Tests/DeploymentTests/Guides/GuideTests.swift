import Foundation
import Testing

@Suite("Guides", .timeLimit(.minutes(15)))
struct GuideTests {
    @Test(
        "every change that a guide shows can still be made",
        arguments: ["add-a-provider", "add-a-service", "add-a-tool", "add-an-endpoint"])
    func changes(guide: String) async throws {
        let parts = try Repository.text("deploy/guides/\(guide).md").components(separatedBy: "```diff\n").dropFirst()
        #expect(!parts.isEmpty)
        for part in parts {
            let change = try #require(part.components(separatedBy: "```").first)
            try await Command.succeed("/usr/bin/git", ["apply", "--check", "-"], input: Data(change.utf8))
        }
    }
}
