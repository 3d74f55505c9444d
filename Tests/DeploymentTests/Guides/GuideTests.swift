import Foundation
import Testing

@Suite("Guides", .timeLimit(.minutes(15)))
struct GuideTests {
    /// `make guides` builds and tests what comes of it.
    @Test("every change that the guides show can be made, one after the other in a copy")
    func changes() async throws {
        let folder = try TemporaryFolder()
        let guides = ["add-an-endpoint", "add-a-tool", "add-a-provider", "add-a-service"]
        try await Command.succeed(
            "/usr/bin/python3", [Repository.file("Tests/DeploymentTests/Guides/follow.py").path, folder.url.path] + guides)
    }
}
