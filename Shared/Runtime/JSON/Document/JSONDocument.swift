/// A JSON text (RFC 8259) as a flat tape of nodes: scanned once, never a tree. Validation and decoding both walk the tape.
///
/// Stricter than most parsers, since what two parsers read differently is a hole: UTF-8 without a byte order mark, no duplicate keys,
/// no lone surrogates, nesting up to 64, numbers up to 64 bytes, nothing after the value.
package final class JSONDocument: Sendable {
    /// The text.
    package let bytes: [UInt8]
    let tape: [Node]

    /// Scans a text in linear time.
    package init(_ bytes: [UInt8]) throws(JSONError) {
        guard bytes.count < Int(UInt32.max) else { throw JSONError(pointer: "", detail: "is too large", offset: 0) }
        do {
            _ = try UTF8Span(validating: bytes.span)
        } catch {
            throw JSONError(pointer: "", detail: "is not UTF-8", offset: error.byteOffsets.lowerBound)
        }
        var scanner = Scanner(expecting: bytes.count)
        try scanner.scan(bytes.span)
        self.bytes = bytes
        self.tape = scanner.tape
    }
}
