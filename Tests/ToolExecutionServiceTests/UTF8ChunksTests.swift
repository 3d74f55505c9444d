import Testing

@testable import ToolExecutionService

@Suite("Text in pieces")
struct UTF8ChunksTests {
    @Test("however bytes are cut, the pieces joined are the text", arguments: 1...7)
    func cuts(size: Int) {
        let text = "aß€😀\u{301}z"
        let bytes = Array(text.utf8)
        var chunks = UTF8Chunks()
        var joined = ""
        for start in stride(from: 0, to: bytes.count, by: size) {
            joined += chunks.take(Array(bytes[start..<min(start + size, bytes.count)]))
        }
        #expect(joined + chunks.finish() == text)
    }

    @Test("bytes that are no UTF-8 become replacement characters and hold nothing back")
    func invalid() {
        var chunks = UTF8Chunks()
        #expect(chunks.take([0x61, 0xFF, 0x62]) == "a\u{FFFD}b")
        #expect(chunks.take([0x80, 0x80, 0x80, 0x80]).unicodeScalars.allSatisfy { $0 == "\u{FFFD}" })
        #expect(chunks.take([0xE2, 0x82]) == "")
        #expect(chunks.finish() == "\u{FFFD}")
    }
}
