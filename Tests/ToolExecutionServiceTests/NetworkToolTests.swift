import EventLoop
import HTTPMessage
import HTTPServer
import JSON
import Testing
import WireProtocol

@testable import ToolExecutionService

@Suite("Tools for the network", .timeLimit(.minutes(15)))
struct NetworkToolTests {
    private func withOutside(
        _ body:
            @escaping @Sendable (
                _ outside: Outside, _ call: @escaping (_ tool: String, _ arguments: JSONValue) async throws -> RunningToolExecution.Answer
            ) async throws -> Void
    ) async throws {
        try await withToolExecution(configure: { $0.addresses = AddressPolicy(exceptions: ["127.0.0.1"]) }) { service in
            let outside = try Outside(on: service.loop)
            let token = try service.personToken(Person(service.loop))
            let outcome: Result<Void, any Error>
            do {
                outcome = .success(
                    try await body(outside) { tool, arguments in
                        try await service.send(.post, "/api/v1/tools/\(tool)/execute", token: token, ExecuteTool(arguments: arguments))
                    })
            } catch { outcome = .failure(error) }
            await outside.stop()
            try outcome.get()
        }
    }

    private func page(_ html: String, type: String = "text/html; charset=utf-8") -> HTTPServerResponse {
        HTTPServerResponse(status: .ok, fields: ["content-type": type], body: Array(html.utf8))
    }

    @Test("http_request sends what it is told and gives status, headers and body")
    func request() async throws {
        try await withOutside { outside, call in
            let base = "http://127.0.0.1:\(outside.port)"
            outside.answers["/made"] = HTTPServerResponse(
                status: .created, fields: ["content-type": "application/json", "location": "/x"], body: Array(#"{"id":"ö"}"#.utf8))
            outside.answers["/image"] = HTTPServerResponse(status: .ok, fields: ["content-type": "image/png"], body: [0x89, 0x50, 0xFF, 0])
            let made: ToolResult = try await call(
                "http_request",
                ["url": .string(base + "/made?q=1"), "method": "post", "body": #"{"a":1}"#, "headers": ["X-Own": "yes"]]
            ).decoded()
            #expect(made.exitCode == 0, "\(made)")
            let answer = try JSONCodec.decode(JSONValue.self, from: Array(made.content.utf8), unknownFields: .ignored)
            #expect(answer["status"] == 201 && answer["body"] == #"{"id":"ö"}"# && answer["headers"]?["location"] == "/x")
            let asked = try #require(outside.requests.first)
            #expect(asked.method == "POST" && asked.target == "/made?q=1" && asked.body == #"{"a":1}"#)
            #expect(asked.fields["x-own"] == "yes" && asked.fields["content-type"] == "application/json")
            let image: ToolResult = try await call("http_request", ["url": .string(base + "/image")]).decoded()
            #expect(image.content.contains(#""body_base64": "iVD/AA==""#), "\(image)")
        }
    }

    @Test("http_request cuts off what is too long, within no character, and says so")
    func long() async throws {
        try await withOutside { outside, call in
            let base = "http://127.0.0.1:\(outside.port)"
            outside.answers["/text"] = page("a" + String(repeating: "é\"\n", count: 500_000), type: "text/plain")
            outside.answers["/bytes"] = HTTPServerResponse(status: .ok, body: [UInt8](repeating: 0xFF, count: 999_000))
            for (path, member) in [("/text", "body"), ("/bytes", "body_base64")] {
                let result: ToolResult = try await call("http_request", ["url": .string(base + path)]).decoded()
                #expect(result.outcome == .exited && result.exitCode == 0, "\(result.errors)")
                let answer = try JSONCodec.decode(JSONValue.self, from: Array(result.content.utf8), unknownFields: .ignored)
                #expect(answer["truncated"] == true && answer[member]?.string?.utf8.count ?? 0 > 500_000, "\(path)")
            }
        }
    }

    @Test("what is no URL of a host, and a private address, are refused")
    func refused() async throws {
        try await withToolExecution { service in
            let token = try service.personToken(Person(service.loop))
            func call(_ tool: String, _ url: String, sandbox: SandboxID? = nil) async throws -> RunningToolExecution.Answer {
                try await service.send(
                    .post, "/api/v1/tools/\(tool)/execute", token: token,
                    ExecuteTool(arguments: ["url": .string(url)], sandboxID: sandbox))
            }
            for url in ["file:///etc/passwd", "unix:/run/x", "ftp://example.com", "http://", "http://user:pw@example.com/", "nonsense"] {
                let answer = try await call("http_request", url)
                #expect(answer.status == 422 && answer.json["errors"]?[0]?["pointer"] == "/arguments/url", "\(url)")
            }
            for tool in ["http_request", "read_web_page"] {
                let private1: ToolResult = try await call(tool, "http://127.0.0.1:5432/").decoded()
                #expect(private1.exitCode == 1 && private1.errors.contains("no address of the public internet"), "\(private1)")
                let metadata: ToolResult = try await call(tool, "http://169.254.169.254/latest/meta-data").decoded()
                #expect(metadata.exitCode == 1 && metadata.errors.contains("no address of the public internet"), "\(metadata)")
            }
            let named = try await call("http_request", "https://example.com/", sandbox: SandboxID(service.loop.makeID()))
            #expect(named.status == 422 && named.json["errors"]?[0]?["pointer"] == "/sandbox_id")
        }
    }

    @Test("read_web_page gives a page as Markdown, and follows redirects within the site")
    func reading() async throws {
        try await withOutside { outside, call in
            outside.answers["/old"] = HTTPServerResponse(status: .movedPermanently, fields: ["location": "/page"])
            outside.answers["/page"] = page(
                """
                <!doctype html><html><head><title>A &amp; B</title><style>p { color: red }</style><script>alert("no")</script></head>
                <body><nav><a href="/menu">Menu</a></nav><h1>Head<em>line</em></h1>
                <p>Some <strong>bold</strong> text with a <a href="next?x=1">link</a> and
                <code>code</code>.<p>Second &ouml;ne.
                <ul><li>one<li>two <ol><li>inner</li></ol></li></ul>
                <pre>line 1
                  line &lt;2&gt;</pre>
                <blockquote><p>Quoted.</p></blockquote>
                <table><tr><th>Name</th><th>Size</th></tr><tr><td>a|b</td><td>2</td></tr></table>
                <img alt="A picture" src="/p.png"><a href="javascript:alert(1)">bad</a>
                <div hidden>hidden words</div><noscript>switch scripts on</noscript>
                </body></html>
                """)
            let result: ToolResult = try await call("read_web_page", ["url": .string("http://127.0.0.1:\(outside.port)/old")]).decoded()
            let text = result.content
            #expect(result.exitCode == 0, "\(result)")
            let base = "http://127.0.0.1:\(outside.port)"
            #expect(
                text.hasPrefix("# A & B\n\n\(base)/page\n\n# Head*line*\n\nSome **bold** text with a [link](\(base)/next?x=1) and `code`."))
            #expect(text.contains("\n\nSecond öne.") && text.contains("- one\n- two \n  1. inner".replacing(" \n", with: "\n")), "\(text)")
            #expect(text.contains("```\nline 1\n  line <2>\n```") && text.contains("> Quoted."))
            #expect(text.contains("| Name | Size |\n| a\\|b | 2 |") && text.contains("![A picture](\(base)/p.png)"))
            for left in ["alert", "color", "Menu", "hidden words", "switch scripts"] { #expect(!text.contains(left), "\(left)") }
        }
    }

    @Test("a page that is hostile, broken or no text costs its own call only")
    func hostile() async throws {
        try await withOutside { outside, call in
            let base = "http://127.0.0.1:\(outside.port)"
            func read(_ path: String, limit: Int = 1000) async throws -> ToolResult {
                try await call("read_web_page", ["url": .string(base + path), "max_characters": .int(limit)]).decoded()
            }
            outside.answers["/deep"] = page(String(repeating: "<div><blockquote><ul><li><a href=x>", count: 20_000) + "deep")
            #expect(try await read("/deep").exitCode == 0)
            outside.answers["/open"] = page("<p>shown <a href='/x'>linked<table><td>cell<script>never ended")
            #expect(try await read("/open").content.contains("shown"))
            outside.answers["/long"] = page("<p>" + String(repeating: "word ", count: 5000))
            let long = try await read("/long")
            #expect(long.content.contains("cut off: 1000 of") && long.content.utf8.count < 1200)
            outside.answers["/image"] = page("x", type: "image/png")
            #expect(try await read("/image").errors.contains("no page of text"))
            outside.answers["/missing"] = HTTPServerResponse(status: .notFound)
            #expect(try await read("/missing").errors.contains("answered 404"))
            outside.answers["/away"] = HTTPServerResponse(status: .found, fields: ["location": "https://elsewhere.example/"])
            #expect(try await read("/away").errors.contains("may not reach elsewhere.example:443"))
            outside.answers["/loop"] = HTTPServerResponse(status: .found, fields: ["location": "/loop"])
            #expect(try await read("/loop").errors.contains("too many redirects"))
        }
    }
}
