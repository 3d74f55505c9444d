import Foundation
import Testing

@Suite("deploy/Dockerfile")
struct DockerfileTests {
    @Test("has nothing that hadolint finds fault with", .timeLimit(.minutes(15)))
    func hadolint() async throws {
        let output = try await Command.run(Tool.hadolint.path, ["--no-color", Repository.file("deploy/Dockerfile").path])
        #expect(output.status == 0 && output.text == "", "\(output.text)\(output.standardError)")
    }

    @Test("has an image for every service: its own program, which is not root and says itself whether it is ready")
    func images() throws {
        let file = try Dockerfile()
        for service in DeclaredSettings.services {
            let program = "troupe-" + service
            #expect(try file.entrypoint(service) == [program])
            #expect(try file.healthCheck(service) == [program, "health"])
            #expect(try file.user(service) == "10001:10001")
            let (base, instructions) = try file.image(service)
            #expect(base == "debian:12-slim")
            let programs = instructions.compactMap(\.copy).flatMap(\.sources).filter { $0.contains("/troupe-") }
            #expect(programs == ["/src/.build/release/" + program])
            // Interpreters are only where the sandbox needs them.
            let packages = Set(instructions.compactMap(\.packages).joined())
            #expect(packages.contains("python3") == (service == "tool-execution"), "\(service)")
            #expect(packages.contains("nodejs") == (service == "tool-execution"), "\(service)")
        }
    }

    @Test("is built with the libraries that the local stack is built with")
    func libraries() throws {
        var listed: Set<String> = []
        for line in try Repository.text("deploy/local/packages/debian.list").split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            if words.count > 2, words[2] == "install", words[0].hasSuffix("-dev") { listed.insert(words[0]) }
        }
        #expect(listed.contains("libpq-dev"))
        let build = try Dockerfile().image("build").instructions.compactMap(\.packages).joined()
        #expect(listed.subtracting(build).sorted() == [])
    }

    @Test("is read as docker reads it: stages, continued lines, comments between them")
    func reading() throws {
        let file = try Dockerfile(
            """
            # syntax
            FROM debian:12-slim AS base
            RUN apt-get update && apt-get install --yes one \\
                # a comment
                two \\
                && rm -rf /x
            ENV A=1 B=2
            FROM base AS top
            ENV B=3
            COPY --from=build /a /b /c/
            """)
        let (base, instructions) = try file.image("top")
        #expect(base == "debian:12-slim")
        #expect(instructions.first?.packages == ["one", "two"])
        #expect(try file.environment("top") == ["A": "1", "B": "3"])
        #expect(instructions.last?.copy == Dockerfile.Copy(stage: "build", sources: ["/a", "/b"], destination: "/c/"))
        #expect(throws: Command.Failure.self) { try file.image("other") }
    }
}
