import AgentService
import Testing
import WireProtocol

@Suite("CodeAct", .timeLimit(.minutes(15)))
struct CodeActStyleTests {
    private let style = CodeActStyle()
    private static let call = RequestedToolCall(name: "add", arguments: "{}")

    @Test("a model without tools is told nothing of tools")
    func prompt() {
        let plain = style.systemPrompt(instructions: "Be brief.", hasTools: false)
        #expect(plain.hasPrefix("Be brief.\n\n") && !plain.contains("tool"))
        #expect(style.systemPrompt(instructions: "Be brief.", hasTools: true).hasPrefix(plain + "\n"))
    }

    @Test(
        "a reply acts by its first whole block, or else by the tools that it asks for",
        arguments: [
            ("I add.", ModelOutcome.FinishReason.tools, Decision.use([call])), ("", .tools, .use([call])),
            ("```python\n1\n```\n", .enough, .execute(.python, code: "1\n")),
            ("```python\n1\n```\n", .tools, .execute(.python, code: "1\n")),
            ("```python\n1", .tools, .use([call])), ("```python\n1", .stop, .execute(.python, code: "1")),
            ("```python\n\n```\n", .tools, .use([call])), ("```json\n{}\n```\n", .tools, .use([call])),
        ])
    func decisions(reply: String, reason: ModelOutcome.FinishReason, decision: Decision) {
        #expect(style.decide(on: reply, toolCalls: [Self.call], finishReason: reason) == decision)
    }
}
