/// A JSON text (RFC 8259) as a flat tape of nodes: scanned once, never a tree. Validation and decoding both walk the tape.
///
/// Stricter than most parsers, since what two parsers read differently is a hole: UTF-8 without a byte order mark, no duplicate keys,
/// no lone surrogates, nesting up to 64, numbers up to 64 bytes, nothing after the value.
///
/// The text is copied: reading from memory that the document owns needs no reference counting.
package final class JSONDocument {
    private let text: UnsafeMutablePointer<UInt8>
    private let tape: Tape

    /// Scans a text in linear time.
    package init(_ bytes: [UInt8]) throws(JSONError) {
        guard bytes.count < Int(UInt32.max) else { throw JSONError(pointer: "", detail: "is too large", offset: 0) }
        var scanner = Scanner(expecting: bytes.count)
        try scanner.scan(bytes.span)
        tape = scanner.finish()
        text = .allocate(capacity: bytes.count)
        _ = UnsafeMutableBufferPointer(start: text, count: bytes.count).initialize(fromContentsOf: bytes)
    }

    deinit { text.deallocate() }

    var view: DocumentView {
        DocumentView(bytes: text, nodes: tape.start, nodeCount: tape.count)
    }
}
