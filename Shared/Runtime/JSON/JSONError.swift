/// What is wrong with a JSON text or value, and where: `pointer` is an RFC 6901 pointer ("" is the whole text),
/// `detail` is fit for the sender to read, `offset` counts bytes from the start of the text.
package struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    package let pointer: String
    package let detail: String
    package let offset: Int

    /// An error at a place; `pointer` is already escaped.
    package init(pointer: String, detail: String, offset: Int) {
        self.pointer = pointer
        self.detail = detail
        self.offset = offset
    }

    /// `/name: must be a string (byte 12)`.
    package var description: String {
        (pointer.isEmpty ? "" : pointer + ": ") + "\(detail) (byte \(offset))"
    }
}
