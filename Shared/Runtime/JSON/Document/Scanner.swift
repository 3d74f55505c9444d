/// Reads a text once and leaves a node for each value and key. It recurses, but never deeper than the limit.
struct Scanner: ~Copyable {
    static let maximumDepth = 64
    static let maximumNumberLength = 64

    private var tape: Tape
    private var position = 0

    init(expecting byteCount: Int) {
        tape = Tape(reserving: byteCount / 8 + 4)
    }

    consuming func finish() -> Tape { tape }

    /// Scans a whole text of fewer than 2^32 bytes.
    mutating func scan(_ text: Span<UInt8>) throws(JSONError) {
        skipSpace(text)
        try value(text, depth: 0)
        skipSpace(text)
        guard position == text.count else { throw error("has text after the value") }
    }

    private func error(_ detail: String) -> JSONError {
        JSONError(pointer: "", detail: detail, offset: position)
    }

    /// The byte at the position, 0 at the end: 0 is legal nowhere in a text, so that the end needs no case of its own.
    @inline(__always)
    private func current(_ text: Span<UInt8>) -> UInt8 {
        position < text.count ? text[position] : 0
    }

    @inline(__always)
    private mutating func skipSpace(_ text: Span<UInt8>) {
        while position < text.count {
            let byte = text[position]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            position += 1
        }
    }

    @inline(__always)
    private mutating func append(_ kind: Node.Kind, from start: Int) {
        let next = UInt32(truncatingIfNeeded: tape.count + 1)
        tape.append(Node(kind: kind, start: UInt32(truncatingIfNeeded: start), end: UInt32(truncatingIfNeeded: position), next: next))
    }

    /// Gives a container, whose content is now on the tape, its end.
    @inline(__always)
    private mutating func close(_ container: Int) {
        tape[container].end = UInt32(truncatingIfNeeded: position)
        tape[container].next = UInt32(truncatingIfNeeded: tape.count)
    }

    private mutating func value(_ text: Span<UInt8>, depth: Int) throws(JSONError) {
        switch current(text) {
        case UInt8(ascii: "\""): try string(text)
        case UInt8(ascii: "{"): try object(text, depth: depth + 1)
        case UInt8(ascii: "["): try array(text, depth: depth + 1)
        case UInt8(ascii: "t"): try word("true", .true, text)
        case UInt8(ascii: "f"): try word("false", .false, text)
        case UInt8(ascii: "n"): try word("null", .null, text)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number(text)
        default: throw error(position < text.count ? "has an unexpected character" : "ends too early")
        }
    }

    private mutating func object(_ text: Span<UInt8>, depth: Int) throws(JSONError) {
        guard depth <= Self.maximumDepth else { throw error("is nested too deeply") }
        let container = tape.count
        append(.object, from: position)
        position += 1
        skipSpace(text)
        var keys = KeyFilter()
        if current(text) != UInt8(ascii: "}") {
            while true {
                guard current(text) == UInt8(ascii: "\"") else { throw error("lacks a key") }
                let key = tape.count
                try string(text)
                keys.insert(tape[key], of: text)
                skipSpace(text)
                guard current(text) == UInt8(ascii: ":") else { throw error("lacks a colon after a key") }
                position += 1
                skipSpace(text)
                try value(text, depth: depth)
                skipSpace(text)
                guard current(text) == UInt8(ascii: ",") else { break }
                position += 1
                skipSpace(text)
            }
            guard current(text) == UInt8(ascii: "}") else { throw error("lacks a comma or a closing brace") }
        }
        position += 1
        close(container)
        if keys.mayRepeat, let duplicate = firstDuplicateKey(of: container, on: tape, text: text) {
            throw JSONError(pointer: "", detail: "has a duplicate key", offset: Int(tape[duplicate].start))
        }
    }

    private mutating func array(_ text: Span<UInt8>, depth: Int) throws(JSONError) {
        guard depth <= Self.maximumDepth else { throw error("is nested too deeply") }
        let container = tape.count
        append(.array, from: position)
        position += 1
        skipSpace(text)
        if current(text) != UInt8(ascii: "]") {
            while true {
                try value(text, depth: depth)
                skipSpace(text)
                guard current(text) == UInt8(ascii: ",") else { break }
                position += 1
                skipSpace(text)
            }
            guard current(text) == UInt8(ascii: "]") else { throw error("lacks a comma or a closing bracket") }
        }
        position += 1
        close(container)
    }

    private mutating func word(_ word: StaticString, _ kind: Node.Kind, _ text: Span<UInt8>) throws(JSONError) {
        let start = position
        for index in 0..<word.utf8CodeUnitCount {
            guard current(text) == word.utf8Start[index] else { throw error("has an unexpected character") }
            position += 1
        }
        append(kind, from: start)
    }

    private mutating func string(_ text: Span<UInt8>) throws(JSONError) {
        position += 1
        var node = Node(
            kind: .string, start: UInt32(truncatingIfNeeded: position), end: 0, next: UInt32(truncatingIfNeeded: tape.count + 1))
        while true {
            let run = PlainRun(text, from: position)
            position = run.end
            if !run.isASCII { node.isASCII = false }
            switch current(text) {
            case UInt8(ascii: "\""):
                node.end = UInt32(truncatingIfNeeded: position)
                if !node.isASCII { try validate(node.range, text) }
                tape.append(node)
                position += 1
                return
            case UInt8(ascii: "\\"):
                node.kind = .escapedString
                position += 1
                if try escape(text) { node.hasNUL = true }
            default:
                throw error(position < text.count ? "has a control character in a string" : "has a string without an end")
            }
        }
    }

    /// Outside strings nothing but ASCII is legal, so that no more than them is to be checked.
    private func validate(_ string: Range<Int>, _ text: Span<UInt8>) throws(JSONError) {
        do {
            _ = try UTF8Span(validating: text.extracting(string))
        } catch {
            throw JSONError(pointer: "", detail: "is not UTF-8", offset: string.lowerBound + error.byteOffsets.lowerBound)
        }
    }

    /// Returns whether U+0000 was escaped.
    private mutating func escape(_ text: Span<UInt8>) throws(JSONError) -> Bool {
        switch current(text) {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"),
            UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 1
            return false
        case UInt8(ascii: "u"):
            guard let unit = hexadecimal(text, at: position + 1) else { throw error("has an invalid escape") }
            position += 5
            guard unit & 0xF800 == 0xD800 else { return unit == 0 }
            guard unit < 0xDC00, current(text) == UInt8(ascii: "\\"), position + 1 < text.count, text[position + 1] == UInt8(ascii: "u"),
                let low = hexadecimal(text, at: position + 2), low & 0xFC00 == 0xDC00
            else { throw error("has a lone surrogate") }
            position += 6
            return false
        default:
            throw error("has an invalid escape")
        }
    }

    private mutating func number(_ text: Span<UInt8>) throws(JSONError) {
        let start = position
        var kind = Node.Kind.integer
        if current(text) == UInt8(ascii: "-") { position += 1 }
        if current(text) == UInt8(ascii: "0") {
            position += 1
        } else {
            try digits(text)
        }
        if current(text) == UInt8(ascii: ".") {
            kind = .number
            position += 1
            try digits(text)
        }
        if current(text) | 0x20 == UInt8(ascii: "e") {
            kind = .number
            position += 1
            if current(text) == UInt8(ascii: "+") || current(text) == UInt8(ascii: "-") { position += 1 }
            try digits(text)
        }
        guard position - start <= Self.maximumNumberLength else { throw error("has a number that is too long") }
        append(kind, from: start)
    }

    /// At least one digit.
    @inline(__always)
    private mutating func digits(_ text: Span<UInt8>) throws(JSONError) {
        let start = position
        while position < text.count, text[position] &- UInt8(ascii: "0") < 10 { position += 1 }
        guard position > start else { throw error("has an invalid number") }
    }
}
