package import WireProtocol

/// What code wrote, cut in the middle so that a model can be given it, and how much it was.
package struct CapturedOutput: Sendable, Hashable {
    /// In bytes of UTF-8.
    package private(set) var stdoutSize = 0
    package private(set) var stderrSize = 0
    private var beginning = ""
    private var end = ""
    private var omitted = 0

    /// In Unicode scalars: one character may be made of any number of them.
    private static let half = 6000

    package init() {}

    /// Adds the next piece.
    package mutating func add(_ output: CodeOutput) {
        if output.stream == .stderr { stderrSize += output.text.utf8.count } else { stdoutSize += output.text.utf8.count }
        let room = max(0, Self.half - beginning.unicodeScalars.count)
        beginning.unicodeScalars += output.text.unicodeScalars.prefix(room)
        end.unicodeScalars += output.text.unicodeScalars.dropFirst(room)
        let surplus = end.unicodeScalars.count - Self.half
        guard surplus > 0 else { return }
        omitted += surplus
        end.unicodeScalars.removeFirst(surplus)
    }

    /// How much of a stream there is, in bytes.
    package func size(of stream: OutputStream) -> Int { stream == .stderr ? stderrSize : stdoutSize }

    /// The text, with a note where something is left out.
    package var text: String {
        omitted == 0 ? beginning + end : beginning + "\n… \(omitted) characters left out …\n" + end
    }
}
