/// One walk over a text and its shape side by side. It goes no deeper than the text does, and stops at the last violation that counts.
struct Validation {
    private let document: DocumentView
    private let tables: ShapeTables.Pointers
    private let refusesUnknownFields: Bool
    private let refusesNUL: Bool
    private(set) var violations: [JSONError] = []

    init(_ document: DocumentView, _ tables: ShapeTables.Pointers, _ unknownFields: JSONCodec.UnknownFields, refusesNUL: Bool) {
        self.document = document
        self.tables = tables
        refusesUnknownFields = unknownFields == .refused
        self.refusesNUL = refusesNUL
    }

    private var isFull: Bool { violations.count >= SchemaValidator.maximumViolations }

    private mutating func report(_ detail: String, at node: Int) {
        report(NodeError(detail, at: node))
    }

    private mutating func report(_ error: NodeError) {
        if !isFull { violations.append(document.located(error)) }
    }

    mutating func check(_ node: Int, _ index: Int) {
        let shape = tables.shapes[index]
        let kind = document[node].kind
        switch shape.kind {
        case .anything: return
        case .nullable: if kind != .null { check(node, shape.element) }
        case .null: if kind != .null { report("must be null", at: node) }
        case .boolean: if !document[node].isTrueOrFalse { report("must be true or false", at: node) }
        case .integer: checkInteger(node, shape)
        case .number: checkNumber(node, shape)
        case .string: document[node].isString ? checkString(node, shape) : report("must be a string", at: node)
        case .array: kind == .array ? checkElements(node, shape) : report("must be an array", at: node)
        case .object: kind == .object ? checkMembers(node, shape) : report("must be an object", at: node)
        case .union: kind == .object ? checkVariant(node, shape) : report("must be an object", at: node)
        }
    }

    // MARK: Scalars

    private mutating func checkInteger(_ node: Int, _ shape: Shape) {
        guard document[node].isNumber, document.isIntegral(node) else { return report("must be an integer", at: node) }
        guard let value = document.integerIfFits(Int.self, at: node) else { return report("is out of range", at: node) }
        if value < shape.integers.lowerBound {
            report("must be at least \(shape.integers.lowerBound)", at: node)
        } else if value > shape.integers.upperBound {
            report("must be at most \(shape.integers.upperBound)", at: node)
        }
    }

    private mutating func checkNumber(_ node: Int, _ shape: Shape) {
        do {
            let value = try document.double(at: node)
            if value < shape.numbers.lowerBound {
                report("must be at least \(shape.numbers.lowerBound)", at: node)
            } else if value > shape.numbers.upperBound {
                report("must be at most \(shape.numbers.upperBound)", at: node)
            }
        } catch {
            report(error)
        }
    }

    private mutating func checkString(_ node: Int, _ shape: Shape) {
        if !shape.entries.isEmpty, !shape.entries.contains(where: { equals(node, tables.entries[$0].name) }) {
            return report(oneOf(shape.entries), at: node)
        }
        if refusesNUL, document[node].hasNUL { return report("must not have the character U+0000", at: node) }
        // No character takes more than 12 bytes or less than one, which settles most strings without counting.
        let length = document[node].range.count
        guard length > shape.count.upperBound || length / 12 < shape.count.lowerBound else { return }
        let characters = document.characterCount(at: node)
        if characters < shape.count.lowerBound {
            report(shape.count.lowerBound == 1 ? "must not be empty" : "must have at least \(shape.count.lowerBound) characters", at: node)
        } else if characters > shape.count.upperBound {
            report("must have at most \(shape.count.upperBound) characters", at: node)
        }
    }

    /// Short lists are spelled out.
    private func oneOf(_ entries: Range<Int>) -> String {
        guard entries.count <= 12 else { return "is not one of the allowed values" }
        let names = entries.map { text(tables.entries[$0].name) }
        return names.count == 1 ? "must be \(names[0])" : "must be one of \(names.joined(separator: ", "))"
    }

    // MARK: Containers

    private mutating func checkElements(_ array: Int, _ shape: Shape) {
        var count = 0
        var element = array + 1
        while element < Int(document[array].next), !isFull {
            check(element, shape.element)
            element = Int(document[element].next)
            count += 1
        }
        checkCount(count, shape, "elements", at: array)
    }

    private mutating func checkMembers(_ object: Int, _ shape: Shape) {
        var count = 0
        var seen: UInt64 = 0
        var expected = shape.entries.lowerBound
        var key = object + 1
        while key < Int(document[object].next), !isFull {
            if let index = entry(for: key, in: shape.entries, from: expected) {
                seen |= 1 << UInt64(index - shape.entries.lowerBound)
                expected = index + 1
                check(key + 1, tables.entries[index].shape)
            } else if shape.element != Shape.refused {
                check(key + 1, shape.element)
            } else if refusesUnknownFields {
                report("is not a known field", at: key)
            }
            key = Int(document[key + 1].next)
            count += 1
        }
        if shape.required & ~seen != 0, !isFull { reportMissing(shape.required & ~seen, object, shape) }
        checkCount(count, shape, "members", at: object)
    }

    private mutating func reportMissing(_ missing: UInt64, _ object: Int, _ shape: Shape) {
        for (bit, index) in shape.entries.enumerated() where missing & (1 << UInt64(bit)) != 0 {
            report(NodeError(missing: text(tables.entries[index].name), in: object))
        }
    }

    private mutating func checkCount(_ count: Int, _ shape: Shape, _ what: String, at node: Int) {
        if isFull { return }
        if count < shape.count.lowerBound {
            report("must have at least \(shape.count.lowerBound) \(what)", at: node)
        } else if count > shape.count.upperBound {
            report("must have at most \(shape.count.upperBound) \(what)", at: node)
        }
    }

    private mutating func checkVariant(_ object: Int, _ shape: Shape) {
        var key = object + 1
        while key < Int(document[object].next), !equals(key, shape.discriminator) { key = Int(document[key + 1].next) }
        guard key < Int(document[object].next) else {
            return report(NodeError(missing: text(shape.discriminator), in: object))
        }
        guard document[key + 1].isString else { return report("must be a string", at: key + 1) }
        guard let variant = shape.entries.first(where: { equals(key + 1, tables.entries[$0].name) }) else {
            return report(oneOf(shape.entries), at: key + 1)
        }
        check(object, tables.entries[variant].shape)
    }

    // MARK: Names

    /// The property of this key: members mostly come in the order of the properties, so the search begins after the last one found.
    private func entry(for key: Int, in entries: Range<Int>, from expected: Int) -> Int? {
        for index in expected..<entries.upperBound where equals(key, tables.entries[index].name) { return index }
        for index in entries.lowerBound..<expected where equals(key, tables.entries[index].name) { return index }
        return nil
    }

    private func text(_ name: Range<Int>) -> String { String(decoding: tables.name(name), as: UTF8.self) }

    @inline(__always)
    private func equals(_ node: Int, _ name: Range<Int>) -> Bool {
        document.equals(node, Span(_unsafeElements: tables.name(name)))
    }
}
