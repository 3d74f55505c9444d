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

    @Test("has the browser in the image of the sandboxes, when that is asked for")
    func browser() throws {
        let tool = try Repository.text("Services/ToolExecution/Tools/BuiltIn/BrowserTool.swift")
        let install = try #require(tool.firstMatch(of: /"apt-get install --yes --no-install-recommends (.+)"/)).1.split(separator: " ")
        for service in DeclaredSettings.services {
            let instructions = try Dockerfile().image(service).instructions
            let packages = instructions.compactMap(\.packages).joined()
            let added = Set(instructions.compactMap { $0.packages(with: ["BROWSER"]) }.joined()).subtracting(packages)
            #expect(added == (service == "tool-execution" ? Set(install.map(String.init)) : []), "\(service)")
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

    /// Whether docker leaves a file out of what a build is given: a pattern matches it or a folder that it is in.
    private func isLeftOut(_ file: String) throws -> Bool {
        let patterns = try Repository.text("deploy/Dockerfile.dockerignore").split(separator: "\n").filter { !$0.hasPrefix("#") }
        let parts = file.split(separator: "/")
        let places = parts.indices.map { parts[...$0].joined(separator: "/") }
        return try patterns.contains { pattern in
            let expression = pattern.replacing(".", with: "\\.").replacing("**/", with: "(.+/)?").replacing("*", with: "[^/]*")
            let regex = try Regex(String(expression))
            return places.contains { $0.wholeMatch(of: regex) != nil }
        }
    }

    @Test("files with secrets and backups come neither into an image nor into git", .timeLimit(.minutes(15)))
    func secretsStayOut() async throws {
        let secret = [
            ".env", "prod.env", ".env.Ab12Cd", "prod.env.Ab12Cd", "secrets/staging.env", "backups/20260102T030405Z/database.dump",
        ]
        for file in secret { #expect(try isLeftOut(file), "\(file)") }
        for file in ["Package.swift", "deploy/environment.sh", "deploy/local/packages/stack.lock", "Services/Auth/Main/Main.swift"] {
            #expect(try !isLeftOut(file), "\(file)")
        }
        let folder = try TemporaryFolder()
        let git = { ["-C", folder.url.path] + $0 }
        try await Command.succeed("/usr/bin/git", git(["init", "--quiet"]))
        try Data(contentsOf: Repository.file(".gitignore")).write(to: folder.url.appending(path: ".gitignore"))
        for file in secret {
            #expect(try await Command.run("/usr/bin/git", git(["check-ignore", "--quiet", file])).status == 0, "\(file)")
        }
        #expect(try await Command.run("/usr/bin/git", git(["check-ignore", "--quiet", ".env.example"])).status == 1)
    }

    @Test("the model's health check asks the model, whatever proxy its container is told of", .timeLimit(.minutes(15)))
    func healthCheckWithoutProxy() async throws {
        let check = try Dockerfile().healthCheck("model")
        let code = try #require(check.last)
        #expect(check.dropLast() == ["/opt/python/bin/python3", "-c"])
        // A server for one request, and nothing where the proxy is said to be.
        let script = """
            import http.server, subprocess, sys, threading
            class Handler(http.server.BaseHTTPRequestHandler):
                def do_GET(self):
                    self.send_response(200 if self.path == "/health" else 404)
                    self.end_headers()
                def log_message(self, *_):
                    pass
            server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
            threading.Thread(target=server.handle_request, daemon=True).start()
            code = sys.argv[1].replace(":8000/", f":{server.server_port}/").replace("timeout=4", "timeout=60")
            sys.exit(subprocess.run([sys.executable, "-c", code]).returncode)
            """
        let proxies = ["HTTP_PROXY": "http://192.0.2.1:9", "http_proxy": "http://192.0.2.1:9"]
        let output = try await Command.run(
            Tool.python.path, ["-c", script, code], environment: ["PATH": "/usr/bin:/bin"].merging(proxies) { $1 })
        #expect(output.status == 0, "\(output.standardError)")
    }

    @Test("is read as docker reads it: stages, continued lines, comments between them")
    func reading() throws {
        let file = try Dockerfile(
            """
            # syntax
            FROM debian:12-slim AS base
            RUN apt-get update && apt-get install --yes one \\
                # a comment
                two ${MORE:+three four} \\
                && rm -rf /x
            ENV A=1 B=2
            FROM base AS top
            ENV B=3
            COPY --from=build /a /b /c/
            """)
        let (base, instructions) = try file.image("top")
        #expect(base == "debian:12-slim")
        #expect(instructions.first?.packages == ["one", "two"])
        #expect(instructions.first?.packages(with: ["MORE"]) == ["one", "two", "three", "four"])
        #expect(try file.environment("top") == ["A": "1", "B": "3"])
        #expect(instructions.last?.copy == Dockerfile.Copy(stage: "build", sources: ["/a", "/b"], destination: "/c/"))
        #expect(throws: Command.Failure.self) { try file.image("other") }
    }
}
