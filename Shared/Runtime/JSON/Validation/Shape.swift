/// One compiled schema. Plain numbers only, so that a walk over shapes touches no reference counts; what varies in size lies in the
/// tables of the validator, and other shapes are named by their index.
struct Shape {
    enum Kind: UInt8 {
        case anything, string, integer, number, boolean, null, array, object, nullable, union
    }

    /// The shape that takes everything.
    static let anything = 0
    /// In place of the shape of additional members: there may be none.
    static let refused = -1

    var kind = Kind.anything
    /// How many characters, elements or members there may be.
    var count = 0...Int.max
    var integers = Int.min...Int.max
    var numbers = -Double.infinity...Double.infinity
    /// The shape of elements, of members beside the properties, or of what is not null.
    var element = Shape.anything
    /// The properties of an object, the allowed values of a string, or the variants of a union.
    var entries = 0..<0
    /// Which of the properties are required, as bits.
    var required: UInt64 = 0
    /// Which name among the names is the discriminator of a union.
    var discriminator = 0..<0
}

/// A name with a shape: a property, a variant of a union, or (without a shape) an allowed string.
struct Entry {
    /// Its bytes among the names.
    var name: Range<Int>
    var shape = Shape.anything
}

/// What all shapes of a validator refer to.
struct ShapeTables: Sendable {
    static let maximumProperties = 64

    var shapes = [Shape()]
    var entries: [Entry] = []
    var names: [UInt8] = []

    mutating func add(name: String) -> Range<Int> {
        let start = names.count
        names.append(contentsOf: name.utf8)
        return start..<names.count
    }

    /// The tables as a walk reads them: without reference counting, valid as long as the call that lends them.
    struct Pointers {
        let shapes: UnsafeBufferPointer<Shape>
        let entries: UnsafeBufferPointer<Entry>
        let names: UnsafeBufferPointer<UInt8>

        @inline(__always)
        func name(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: names[range]) }
    }

    func withPointers<Result>(_ body: (Pointers) -> Result) -> Result {
        shapes.withUnsafeBufferPointer { shapes in
            entries.withUnsafeBufferPointer { entries in
                names.withUnsafeBufferPointer { body(Pointers(shapes: shapes, entries: entries, names: $0)) }
            }
        }
    }
}
