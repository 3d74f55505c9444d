internal import WireProtocol

/// The model acts by writing code: the first block of a reply is executed and its output given back, until a reply has none. A reply without
/// code may ask for calls of tools, as in a chat.
package struct CodeActStyle: LoopStyle {
    package init() {}

    package func systemPrompt(instructions: String, hasTools: Bool) -> String {
        var prompt = instructions
        if !prompt.isEmpty { prompt += "\n\n" }
        prompt += Self.rules
        if hasTools { prompt += "\n" + Self.toolRules }
        return prompt
    }

    package func makeReader() -> any ReplyReader { CodeActReader() }

    package func decide(on reply: String, toolCalls: [RequestedToolCall], finishReason: ModelOutcome.FinishReason) -> Decision {
        var scanner = CodeBlockScanner()
        scanner.read(reply)
        scanner.finish()
        // Half a program is not run. What comes with a whole one waits: the reply ends with its first block.
        if let block = scanner.block, block.isClosed || finishReason == .stop, block.code.contains(where: { !$0.isWhitespace }) {
            return .execute(block.language, code: block.code)
        }
        return toolCalls.isEmpty ? .answer : .use(toolCalls)
    }

    private static let toolRules = """
        Besides, you have tools. For what code cannot do, call one of them instead of writing a block, never both in one reply. What a tool \
        returns is not in the variables of your code.
        """

    private static let rules = """
        You can run code. To run it, write one block and then stop:

        ```python
        import platform
        print(platform.python_version())
        ```

        It is executed at once, and you are given its output. Only what the code prints can be seen. Variables, imports and files stay for \
        the next block. Besides `python` there are `javascript` and `bash`. There is no network. What the user is to get as a file is saved \
        in /home/user/out.
        Never guess what code would print, and never write an output yourself. When you know the answer, say it in plain words without a block.
        """
}

/// Ends the reply where its first block of code ends.
private struct CodeActReader: ReplyReader {
    private var scanner = CodeBlockScanner()
    private var length = ReplyLength()

    mutating func read(_ text: String) -> (accepted: String, demand: StreamDemand) {
        let surplus = scanner.read(text)
        if scanner.block?.isClosed == true { return (String(text.utf8.dropLast(surplus)) ?? text, .enough) }
        return (text, length.add(text))
    }
}
