/// One value, or one key, of a scanned text. An object is followed on the tape by its members, each a key (a string) and a value;
/// an array by its elements.
struct Node {
    enum Kind: UInt8 {
        case object, array, string, escapedString, integer, number, `true`, `false`, null
    }

    var kind: Kind
    /// Of a string, whether all its bytes are ASCII as they stand.
    var isASCII = true
    /// Of a string, whether U+0000 is in it, escaped, as it has to be.
    var hasNUL = false
    /// The first byte; of a string, the one after the opening quote.
    var start: UInt32
    /// The byte after the last; of a string, its closing quote.
    var end: UInt32
    /// Where on the tape the next value begins, after everything inside this one.
    var next: UInt32

    @inline(__always) var isString: Bool { kind == .string || kind == .escapedString }
    @inline(__always) var isNumber: Bool { kind == .integer || kind == .number }
    @inline(__always) var isTrueOrFalse: Bool { kind == .true || kind == .false }
    @inline(__always) var range: Range<Int> { Range(uncheckedBounds: (Int(start), Int(end))) }
}
