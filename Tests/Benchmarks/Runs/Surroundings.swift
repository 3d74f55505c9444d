import EventLoop
import HTTPMessage
import HTTPServer
import JSON
import ScriptedModel
import Support
import WireProtocol

/// What an agent service calls: an issuer of tokens, a model that has code executed three times and then answers, and a trivial service that
/// says what the code printed.
final class Surroundings {
    /// How long the code takes.
    var toolTime = Duration.zero
    let issuer: TestIssuer
    /// What the agent service is to be told of them.
    let settings: [String: String]

    init(on loop: EventLoop) throws {
        issuer = try TestIssuer(on: loop)
        let code = ScriptedAnswer.text("I compute.\n```python\nprint(6 * 7)\n```\n", deltaLength: 16)
        let model = try ScriptedModelServer(
            on: loop,
            ModelScript((1...3).map { ScriptedRule(turn: $0, code) } + [ScriptedRule(turn: 4, .text("It is 42.", deltaLength: 16))]))
        loop.spawn { try await model.serve() }

        let listener = try loop.listen(on: .loopback(port: 0))
        let answer = try Self.toolAnswer()
        settings = issuer.environment.merging(
            [
                "MODEL_URL": model.baseURL, "MODEL_NAME": "scripted",
                "TOOL_EXECUTION_URL": "http://127.0.0.1:\(listener.address.port ?? 0)",
            ]) { $1 }
        loop.spawn { [self] in
            try await HTTPServer(on: loop).serve(listener) { [self] request in
                guard request.path == ToolExecutionAPI.callTool.path.description else { return HTTPServerResponse(status: .notFound) }
                _ = try await request.body.collect(upTo: 1 << 20)
                if toolTime > .zero { try await loop.sleep(for: toolTime) }
                return HTTPServerResponse(status: .ok, fields: [.contentType: "text/event-stream"], body: answer)
            }
        }
    }

    /// The events of every tool call.
    private static func toolAnswer() throws -> [UInt8] {
        let events: [ExecutionEvent] = [
            .output(CodeOutput(stream: .stdout, text: "42\n")), .completed(CodeCompleted(exitCode: 0, outcome: .exited, durationMs: 1)),
        ]
        var bytes: [UInt8] = []
        for (index, event) in events.enumerated() {
            let data = String(decoding: try JSONCodec.encode(event), as: UTF8.self)
            ServerSentEvent(id: String(index + 1), event: event.tag.rawValue, data: data).write(into: &bytes)
        }
        return bytes
    }
}
