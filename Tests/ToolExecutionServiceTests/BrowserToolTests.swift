import EventLoop
import Glibc
import HTTPMessage
import HTTPServer
import JSON
import Testing
import WireProtocol

@testable import ToolExecutionService

@Suite("Pages in a browser", .timeLimit(.minutes(15)))
struct BrowserToolTests {
    private static let isInstalled = access("/usr/bin/chromium-headless-shell", X_OK) == 0

    private func page(_ html: String) -> HTTPServerResponse {
        HTTPServerResponse(status: .ok, fields: ["content-type": "text/html; charset=utf-8"], body: Array(html.utf8))
    }

    @Test("a page's scripts run, its form is filled and sent, and a picture is saved; where there is no browser that is said")
    func browse() async throws {
        try await withToolExecution(configure: { $0.addresses = AddressPolicy(exceptions: ["127.0.0.1"]) }) { service in
            let outside = try Outside(on: service.loop)
            outside.answers["/form"] = page(
                """
                <title>Form</title><form action=/sent><input id=name name=name value=old><button id=go style="margin-top:3000px">Go</button></form>
                <img src="http://elsewhere.example/x.png"><script>alert("look")</script>
                """)
            outside.answers["/sent"] = page("<p id=said></p><script>said.textContent = 'It said: ' + location.search</script>")
            let token = try service.personToken(Person(service.loop))
            func call(_ arguments: JSONValue) async throws -> RunningToolExecution.Answer {
                try await service.send(
                    .post, "/api/v1/tools/browse/execute", token: token, ExecuteTool(arguments: arguments, timeoutS: 120))
            }
            let base = "http://127.0.0.1:\(outside.port)"
            let answer = try await call(
                [
                    "url": .string(base + "/form"), "steps": [["fill": "#name", "text": "new"], ["click": "#go"]], "screenshot": true,
                ])
            if Self.isInstalled {
                let result: ToolResult = try answer.decoded()
                let seen = try JSONCodec.decode(JSONValue.self, from: Array(result.content.utf8), unknownFields: .ignored)
                #expect(result.exitCode == 0, "\(result)")
                #expect(seen["url"] == .string(base + "/sent?name=new") && seen["text"] == "It said: ?name=new")
                #expect(seen["dialogs"] == ["look"] && result.files.map(\.name) == ["screenshot.png"])
                let lost: ToolResult = try await call(["url": .string(base + "/form"), "steps": [["click": "#nothing"]]]).decoded()
                #expect(lost.exitCode == 1 && lost.errors.contains("step 1: nothing on the page matches #nothing"), "\(lost)")
                let refused: ToolResult = try await call(["url": "http://169.254.169.254/latest"]).decoded()
                #expect(refused.content.contains("no address of the public internet"), "\(refused)")
            } else {
                #expect(answer.status == 503, "\(answer.json)")
                #expect(answer.json["detail"]?.string?.contains("apt-get install --yes --no-install-recommends chromium") == true)
            }
            await outside.stop()
        }
    }

    @Test("it may reach the page's site and what is named, and has room for a browser")
    func grant() throws {
        let tool = try #require(try BrowserTool.make().first)
        let steps = tool.tool(sandboxes: nil, network: nil).parameters["properties"]?["steps"]
        #expect(steps?["anyOf"]?[0]?["items"]?["properties"]?["click"] != nil, "\(String(describing: steps))")
        let program = try tool.program(["url": "https://www.example.com/", "hosts": ["cdn.example.net"]])
        #expect(program.network?.hosts == ["*.example.com", "cdn.example.net", "example.com", "www.example.com"])
        let small = SandboxLimits(memoryBytes: 1, diskBytes: 1, processes: 1, outputBytes: 1, fileBytes: 1)
        #expect(program.needs.raising(small).memoryBytes == 1 << 30 && program.needs.raising(small).processes == 256)
        for arguments: JSONValue in [
            ["url": "file:///etc/passwd"], ["url": "https://example.com/", "hosts": ["*"]],
            ["url": "https://example.com/", "hosts": ["a b"]],
            ["url": "https://example.com/", "steps": [["hover": "a"]]],
        ] {
            #expect(throws: Problem.self, "\(arguments)") { try tool.program(arguments) }
        }
    }
}
