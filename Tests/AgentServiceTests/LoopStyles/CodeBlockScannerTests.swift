import AgentService
import Testing
import WireProtocol

extension LoopStyle {
    /// What a reply that is only text asks for.
    fileprivate func decide(on reply: String, finishReason: ModelOutcome.FinishReason) -> Decision {
        decide(on: reply, toolCalls: [], finishReason: finishReason)
    }
}

@Suite("CodeAct replies")
struct CodeActReplyTests {
    private let style = CodeActStyle()

    @Test("the first block of code is what is executed")
    func block() {
        let reply = "I compute.\n```python\nprint(1)\nprint(2)\n```\n"
        #expect(style.decide(on: reply, finishReason: .enough) == .execute(.python, code: "print(1)\nprint(2)\n"))
    }

    @Test(
        "the three languages have their usual names",
        arguments: [
            ("python", CodeLanguage.python), ("py", .python), ("javascript", .javascript), ("js", .javascript), ("bash", .bash),
            ("sh", .bash),
            ("Python", .python), ("python title=x", .python),
        ])
    func languages(name: String, language: CodeLanguage) {
        #expect(style.decide(on: "```\(name)\n1\n```\n", finishReason: .stop) == .execute(language, code: "1\n"))
    }

    @Test(
        "text, blocks of other languages and empty blocks are an answer",
        arguments: [
            "It is 42.", "```json\n{}\n```\n", "```\nplain\n```", "`python`", "```python\n\n```\n", "",
        ])
    func answers(reply: String) {
        #expect(style.decide(on: reply, finishReason: .stop) == .answer)
    }

    @Test("a block of another language hides what looks like a fence in it")
    func nested() {
        let reply = "```text\n```python\nno\n```\nthen\n```python\nyes\n```\n"
        #expect(style.decide(on: reply, finishReason: .stop) == .execute(.python, code: "yes\n"))
    }

    @Test("a block that the model ended without a fence is executed, one that was cut off is not")
    func unclosed() {
        #expect(style.decide(on: "```python\nprint(1)", finishReason: .stop) == .execute(.python, code: "print(1)"))
        #expect(style.decide(on: "```python\nprint(1", finishReason: .length) == .answer)
    }

    @Test("the reply ends with its first block, wherever the pieces are cut")
    func pieces() {
        let reply = "Hä?\n```python\nprint('ß')\n```\nOutput: 1\n"
        let wanted = "Hä?\n```python\nprint('ß')\n```\n"
        let characters = Array(reply)
        for size in 1...characters.count {
            var reader = style.makeReader()
            var accepted = ""
            for start in stride(from: 0, to: characters.count, by: size) {
                let (text, demand) = reader.read(String(characters[start..<min(start + size, characters.count)]))
                accepted += text
                if demand == .enough { break }
            }
            #expect(accepted == wanted)
        }
    }

    @Test("a reply without an end is ended")
    func endless() {
        var reader = ChatStyle().makeReader()
        var demand = StreamDemand.more
        for _ in 0..<200 where demand == .more { demand = reader.read(String(repeating: "x", count: 1000)).demand }
        #expect(demand == .enough)
    }
}
