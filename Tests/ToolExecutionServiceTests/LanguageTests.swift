import HTTPMessage
import JSON
import Testing
import WireProtocol

@Suite("Languages", .timeLimit(.minutes(15)))
struct LanguageTests {
    static let programs: [(String, String, String)] = [
        ("python", "import sys\nprint(6 * 7, sys.argv[1])", "42 a b\n"),
        ("javascript", "console.log(6 * 7, process.argv[2])", "42 a b\n"),
        ("bash", "echo $((6 * 7)) \"$1\"", "42 a b\n"),
        ("c", "#include <stdio.h>\nint main(int n, char **a) { printf(\"%d %s\\n\", 6 * 7, a[1]); }", "42 a b\n"),
        ("cpp", "#include <iostream>\nint main(int n, char **a) { std::cout << 6 * 7 << ' ' << a[1] << '\\n'; }", "42 a b\n"),
    ]

    @Test("a program is built and run, and its folder is gone afterwards; what is missing is said with what installs it")
    func programs() async throws {
        try await withSandbox(settings: ["SANDBOX_MEMORY_MB": "1024"]) { sandbox in
            let list: ProgramLanguages = try await sandbox.service.send(.get, "/api/v1/languages", token: sandbox.token).decoded()
            #expect(list.data.map(\.name) == ["python", "javascript", "typescript", "bash", "c", "cpp", "go", "rust", "swift"])
            for (name, code, output) in Self.programs where list.data.contains(where: { $0.name == name && $0.available }) {
                let request = RunProgram(language: name, code: code, arguments: ["a b"])
                let result: ProgramResult = try await sandbox.send(.post, "/programs", request).decoded()
                #expect(result.run?.stdout == output, "\(name): \(result)")
            }
            for language in list.data where !language.available {
                let answer = try await sandbox.send(.post, "/programs", RunProgram(language: language.name, code: "x"))
                #expect(answer.status == 503 && answer.json["detail"]?.string?.contains(language.install) == true)
            }
            if list.data.contains(where: { $0.name == "c" && $0.available }) {
                let result: ProgramResult = try await sandbox.send(.post, "/programs", RunProgram(language: "c", code: "int main("))
                    .decoded()
                #expect(result.run == nil && result.build?.exitCode == 1 && result.build?.stderr?.contains("error") == true)
            }
            #expect(try await sandbox.send(.post, "/programs", RunProgram(language: "cobol", code: "x")).status == 422)
            let left: SandboxEntries = try await sandbox.send(.get, "/files?path=/tmp").decoded()
            #expect(!left.data.contains { $0.path.hasPrefix("program-") })
        }
    }
}
