import Foundation
import Support
import Testing

/// The images and the compose file at work, without an engine.
@Suite("The assembled images", .serialized)
struct ImageTests {
    /// What the model says to the two questions of the demonstration, and when the code has run.
    private static let script = """
        [
          {"match": "sum of the squares", "turn": 1, "answer": {"reply": ["I compute.\\n```python\\ntotal = sum(i * i for i in range(1, 31))\\n", "print(total)\\n```"]}},
          {"match": "squares.txt", "turn": 1, "answer": {"reply": ["```python\\nwith open(\\"/home/user/out/squares.txt\\", \\"w\\") as file:\\n    file.write(\\"first 1, last 900\\")\\nprint(\\"saved\\")\\n```"]}},
          {"answer": {"reply": ["That is ", "all."]}}
        ]
        """

    @Test(
        "start in the order of the compose file, and carry an account, an agent and its code through to the end", .timeLimit(.minutes(15)))
    func mainJob() async throws {
        let run = try await ComposeRun(script: Self.script)
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await check(run)) } catch { outcome = .failure(error) }
        await run.stop()
        try outcome.get()
    }

    private func check(_ run: ComposeRun) async throws {
        try await run.up()

        // Nobody is root, has capabilities, or can write but to /tmp and to volumes.
        let walls = """
            id -u; grep -E 'CapEff|CapBnd|NoNewPrivs' /proc/self/status; ls /opt/troupe
            for place in / /opt/troupe /usr/bin /etc; do ! touch $place/probe 2>/dev/null || echo "can write to $place"; done
            touch /tmp/probe && echo ready
            """
        for service in DeclaredSettings.services {
            let output = try await run.run(["/bin/sh", "-c", walls], in: service)
            let lines = output.text.split(separator: "\n").map(String.init)
            #expect(lines.first == "10001" && lines.last == "ready", "\(service): \(output.text)\(output.standardError)")
            #expect(!output.text.contains("can write"), "\(service): \(output.text)")
            #expect(lines.contains { $0.wholeMatch(of: /CapEff:\s+0+/) != nil }, "\(service): \(output.text)")
            #expect(lines.contains { $0.wholeMatch(of: /NoNewPrivs:\s+1/) != nil }, "\(service): \(output.text)")
            #expect(lines.contains("troupe-" + service), "\(service): \(output.text)")
        }
        let confined = try await run.run(["/bin/grep", "Seccomp:", "/proc/self/status"], in: "tool-execution")
        #expect(confined.text.contains("2"), "the filter is in force: \(confined.text)")

        // The main job, by the program that `make run` shows.
        let demonstration = try await run.run(
            [builtProgram("troupe-demonstration")],
            environment: ["TROUPE_URL": "http://gateway:8080", "DEMO_PASSWORD": "a password of some length"])
        #expect(demonstration.status == 0, "\(demonstration.text)\n\(demonstration.standardError)\n\(run.output(of: "agent-worker"))")
        for text in ["Registered and logged in", "[running python]", "9455", "[exit code 0", "squares.txt, 17 bytes", "first 1, last 900"] {
            #expect(demonstration.text.contains(text), "\(text) in \(demonstration.text)")
        }
        // Files are on the volume, and the documentation is in the gateway's image.
        let files = FileManager.default.enumerator(at: run.volumes.appending(path: "files"), includingPropertiesForKeys: nil)
        #expect(files?.contains { !($0 as? URL ?? run.volumes).hasDirectoryPath } == true)
        let page = try await run.run(
            [
                "/bin/bash", "-c",
                #"exec 3<>/dev/tcp/gateway/8080; printf 'GET /docs/swagger-ui.css HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n' >&3; head -n 1 <&3"#,
            ],
            environment: ["PATH": "/usr/bin:/bin"])
        #expect(page.text.contains(" 200 "), "\(page.text)")
    }
}
