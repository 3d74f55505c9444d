import Foundation
import HTTPMessage
import ServiceKit
import JSON
import Support
import Testing
import WireProtocol

@testable import ToolExecutionService

@Suite("Languages", .timeLimit(.minutes(15)))
struct LanguageTests {
    /// Programs that greet the line they read and their argument, and end with 3; and some that cannot be built, or not be run.
    private static let programs: [String: (right: String, wrong: String)] = [
        "python": ("import sys\nprint('hello', input(), sys.argv[1])\nsys.exit(3)", "print("),
        "javascript": (
            "const text = require('fs').readFileSync(0, 'utf8').trim();\nconsole.log('hello', text, process.argv[2]);\nprocess.exit(3);",
            "console.log("
        ),
        "typescript": (
            """
            declare function require(name: string): any;
            declare const process: any;
            const text: string = require('fs').readFileSync(0, 'utf8').trim();
            console.log('hello', text, process.argv[2]);
            process.exit(3);
            """, "const n: number = 'text';"
        ),
        "bash": ("read line; echo hello \"$line\" \"$1\"; exit 3", "if then"),
        "c": (
            "#include <stdio.h>\nint main(int n, char **a) { char s[99]; scanf(\"%98s\", s); printf(\"hello %s %s\\n\", s, a[1]); return 3; }",
            "int main("
        ),
        "cpp": (
            "#include <iostream>\nint main(int n, char **a) { std::string s; std::cin >> s; "
                + "std::cout << \"hello \" << s << ' ' << a[1] << '\\n'; return 3; }", "int main() { return \"text\"; }"
        ),
        "go": (
            "package main\nimport (\"fmt\"; \"os\")\nfunc main() { var s string; fmt.Scan(&s); fmt.Println(\"hello\", s, os.Args[1]); os.Exit(3) }",
            "package main\nfunc main() { return 1 }"
        ),
        "rust": (
            "fn main() { let mut s = String::new(); std::io::stdin().read_line(&mut s).unwrap();\n"
                + "println!(\"hello {} {}\", s.trim(), std::env::args().nth(1).unwrap()); std::process::exit(3) }",
            "fn main() { let n: i32 = \"text\"; }"
        ),
        "swift": (
            "import Glibc\nprint(\"hello\", readLine()!, CommandLine.arguments[1])\nexit(3)", "let n: Int = \"text\""
        ),
    ]

    /// Which tools there have to be on a machine that builds this.
    private static let needed = ["python", "javascript", "bash", "c"]

    /// The folder of Swift's toolchain, when it is not below `/usr`.
    private static let toolchain: String? = {
        let found = try? run("/bin/sh", ["-c", "readlink -f \"$(command -v swiftc)\""])
        let end = "/usr/bin/"
        guard let path = found?.text.trimmingCharacters(in: .whitespacesAndNewlines), let place = path.range(of: end, options: .backwards)
        else { return nil }
        let folder = String(path[..<place.lowerBound])
        return folder.isEmpty ? nil : folder
    }()

    /// The service's settings for a tier.
    private static func settings(_ tier: SandboxTier) throws -> [String: String] {
        let common = ["SANDBOX_MEMORY_MB": "1024", "SANDBOX_DISK_MB": "512", "TOOLCHAINS": toolchain ?? ""]
        guard tier == .landlock else { return common }
        let launcher = try CompiledLauncher.shared.get().executable
        let weaker = ["LAUNCHER": try LauncherProbeTests.withoutNamespaces(launcher), "SANDBOX_ALLOW_LANDLOCK": "true"]
        return common.merging(weaker) { $1 }
    }

    @Test(
        "every language that is available reads, writes, ends with its status and says its mistakes, in each tier that the machine can make",
        arguments: SandboxTier.available)
    func programs(_ tier: SandboxTier) async throws {
        try await withSandbox(settings: Self.settings(tier)) { sandbox in
            let described: Sandbox = try await sandbox.send(.get, "").decoded()
            try #require(described.tier == tier.rawValue)
            let list: ProgramLanguages = try await sandbox.service.send(.get, "/api/v1/languages", token: sandbox.token).decoded()
            #expect(list.data.map(\.name) == ["python", "javascript", "typescript", "bash", "c", "cpp", "go", "rust", "swift"])
            let available = list.data.filter(\.available)
            let built = Self.toolchain == nil || tier == .namespaces ? ["swift"] : []
            #expect(Set(Self.needed + built).isSubset(of: available.map(\.name)), "\(available.map(\.name))")
            for language in available {
                let program = try #require(Self.programs[language.name])
                let request = RunProgram(
                    language: language.name, code: program.right, arguments: ["a b"], stdin: "you\n", timeoutS: 300)
                let answer = try await sandbox.send(.post, "/programs", request)
                try #require(answer.status == 200, "\(language.name): \(answer.json)")
                let result = try answer.decoded(ProgramResult.self)
                #expect(result.run?.stdout == "hello you a b\n" && result.run?.exitCode == 3, "\(language.name): \(result)")
                #expect((result.build == nil) == (language.buildCommand == nil))
                let mistake = RunProgram(language: language.name, code: program.wrong, timeoutS: 300)
                let refused: ProgramResult = try await sandbox.send(.post, "/programs", mistake).decoded()
                let told = language.buildCommand == nil ? refused.run : refused.build
                #expect(told?.exitCode != 0 && told?.outcome == .exited, "\(language.name): \(refused)")
                let complaint = (told?.stdout ?? "") + (told?.stderr ?? "")
                #expect(complaint.contains("main."), "\(language.name): \(refused)")
                #expect(language.buildCommand == nil || refused.run == nil)
            }
            for language in list.data where !language.available {
                let answer = try await sandbox.send(.post, "/programs", RunProgram(language: language.name, code: "x"))
                #expect(answer.status == 503 && answer.json["detail"]?.string?.contains(language.install) == true)
            }
            #expect(try await sandbox.send(.post, "/programs", RunProgram(language: "cobol", code: "x")).status == 422)
            let left: SandboxEntries = try await sandbox.send(.get, "/files?path=/tmp").decoded()
            #expect(!left.data.contains { $0.path.hasPrefix("program-") })
        }
    }

    @Test("a program may end without reading what it is given")
    func unread() async throws {
        try await withSandbox { sandbox in
            let request = RunProgram(language: "bash", code: "exec <&-; echo done", stdin: String(repeating: "x", count: 900_000))
            let result: ProgramResult = try await sandbox.send(.post, "/programs", request).decoded()
            #expect(result.run?.stdout == "done\n" && result.run?.exitCode == 0, "\(result)")
        }
    }

    @Test("a program that leaves what cannot be removed has its result")
    func unremovable() async throws {
        try await withSandbox { sandbox in
            let request = RunProgram(language: "bash", code: "mkdir d && touch d/f && chmod 555 d && echo done")
            let result: ProgramResult = try await sandbox.send(.post, "/programs", request).decoded()
            #expect(result.run?.stdout == "done\n", "\(result)")
        }
    }

    @Test("more than one loop is refused, for a sandbox belongs to one")
    func loops() {
        let error = #expect(throws: ConfigurationError.self) {
            _ = try Settings.read(environment: ["LOOPS": "2"]) { ToolExecutionConfiguration($0) }
        }
        #expect(error?.problems.contains { $0.hasPrefix("LOOPS must be 1") } == true)
    }

    @Test("toolchains are absolute folders, and not too many")
    func toolchains() throws {
        let installation = LauncherInstallation(executable: "/launcher", toolchains: ["/opt/a", "/usr"])
        #expect(installation.programFolders == ["/usr/local/bin", "/usr/bin", "/bin", "/usr/bin"])
        var weaker = installation
        weaker.tier = .landlock
        #expect(weaker.programFolders == ["/usr/local/bin", "/usr/bin", "/bin"])
    }
}
