import Testing

@Suite("Layout")
struct LayoutTests {
    @Test("the top level holds the known entries only")
    func topLevel() throws {
        let known: Set = [
            ".ci", ".editorconfig", ".env.example", ".git", ".github", ".gitignore", ".swift-format", "LICENSE", "Makefile",
            "Package.swift", "README.md",
            "Services", "Shared", "Tests", "deploy", "docker-compose.yml", "k8s",
        ]
        // What a machine leaves there and git does not see.
        let local: Set = [".build", ".env", ".local", ".swiftpm", ".vscode", ".idea", ".DS_Store", "Package.resolved"]
        #expect(Set(try Project.entries()).subtracting(known).subtracting(local).sorted() == [])
    }

    @Test("no Swift file has more than 400 lines")
    func fileSize() {
        let long = Project.sources.filter { $0.lines.count > 401 }.map { "\($0.path): \($0.lines.count) lines" }
        #expect(long == [])
    }

    @Test("the main file of a service has less than 40 lines")
    func mainFiles() {
        let mains = Project.shipped.filter { $0.path.hasSuffix("/Main/Main.swift") }
        #expect(mains.count == 6)
        for main in mains { #expect(main.lines.count <= 40, "\(main.path)") }
    }
}
