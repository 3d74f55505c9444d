/// Writes JSON by hand, on one line: log lines, event data, envelopes. Commas come by themselves; closing what was opened is up to the caller.
package struct JSONWriter: ~Copyable {
    private var buffer: ByteBuffer
    private var needsComma = false

    /// A writer with room for this many bytes before it has to grow.
    package init(reserving capacity: Int = 256) {
        buffer = ByteBuffer(reserving: capacity)
    }

    /// A copy of what is written so far.
    package var bytes: [UInt8] { buffer.bytes }

    /// How many bytes are written so far.
    package var count: Int { buffer.count }

    // MARK: Structure

    /// `{`: members follow, each a key and a value.
    package mutating func beginObject() { begin(UInt8(ascii: "{")) }
    /// `}`.
    package mutating func endObject() { end(UInt8(ascii: "}")) }
    /// `[`: values follow.
    package mutating func beginArray() { begin(UInt8(ascii: "[")) }
    /// `]`.
    package mutating func endArray() { end(UInt8(ascii: "]")) }

    /// The key of the next value, as it is to stand in the text.
    package mutating func key(_ name: String) {
        beginKey()
        buffer.append(escaping: name.utf8.span)
        endKey()
    }

    /// The key of a Swift property.
    mutating func snakeCaseKey(_ name: String) {
        beginKey()
        buffer.append(snakeCaseOf: name.utf8.span)
        endKey()
    }

    @inline(__always)
    private mutating func beginKey() {
        separate()
        buffer.append(UInt8(ascii: "\""))
    }

    @inline(__always)
    private mutating func endKey() {
        buffer.append(UInt8(ascii: "\""))
        buffer.append(UInt8(ascii: ":"))
        needsComma = false
    }

    @inline(__always)
    private mutating func begin(_ bracket: UInt8) {
        separate()
        buffer.append(bracket)
        needsComma = false
    }

    @inline(__always)
    private mutating func end(_ bracket: UInt8) {
        buffer.append(bracket)
        needsComma = true
    }

    @inline(__always)
    private mutating func separate() {
        if needsComma { buffer.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    // MARK: Values

    /// `null`.
    package mutating func null() {
        separate()
        buffer.append("null")
    }

    /// `true` or `false`.
    package mutating func bool(_ value: Bool) {
        separate()
        buffer.append(value ? "true" : "false")
    }

    /// A string, escaped as far as it has to be.
    package mutating func string(_ value: String) {
        separate()
        buffer.append(UInt8(ascii: "\""))
        buffer.append(escaping: value.utf8.span)
        buffer.append(UInt8(ascii: "\""))
    }

    /// An integer of up to 64 bits.
    package mutating func integer<I: FixedWidthInteger>(_ value: I) {
        separate()
        if value < 0 { buffer.append(UInt8(ascii: "-")) }
        buffer.append(digitsOf: UInt64(truncatingIfNeeded: value.magnitude))
    }

    /// The shortest text that reads back as the same number; `null` for what is not finite, which JSON cannot say.
    package mutating func double(_ value: Double) {
        if value.isFinite { number(value.description) } else { null() }
    }

    /// As `double`.
    mutating func float(_ value: Float) {
        if value.isFinite { number(value.description) } else { null() }
    }

    private mutating func number(_ text: String) {
        separate()
        text.utf8.span.withUnsafeBufferPointer { buffer.append($0) }
    }

    /// Puts the members of an object that is being written, each of which starts at one of these places, into the order of their keys.
    mutating func sortMembers(startingAt starts: [Int]) {
        let text = buffer.bytes
        let members = starts.indices.map { index in
            text[starts[index]..<(index + 1 < starts.count ? starts[index + 1] - 1 : text.count)]
        }
        let sorted = members.sorted { $0.lexicographicallyPrecedes($1) }
        buffer.replace(from: starts[0], with: Array(sorted.joined(separator: [UInt8(ascii: ",")])))
    }
}
