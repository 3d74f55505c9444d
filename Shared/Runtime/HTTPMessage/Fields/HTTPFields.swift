/// Header or trailer fields: ordered, names compared without regard to case.
///
/// All names and values stand in one byte array and are found through an index, so that a parsed head costs
/// two allocations whatever the number of its fields; text is made only of what is asked for.
package struct HTTPFields: Sendable {
    /// Where one field stands in the bytes.
    package struct Entry: Sendable {
        let nameStart: UInt32
        let nameEnd: UInt32
        let valueStart: UInt32
        let valueEnd: UInt32

        /// A field whose name and value stand at these places, both within the bytes and below 4 GiB.
        package init(name: Range<Int>, value: Range<Int>) {
            nameStart = UInt32(truncatingIfNeeded: name.lowerBound)
            nameEnd = UInt32(truncatingIfNeeded: name.upperBound)
            valueStart = UInt32(truncatingIfNeeded: value.lowerBound)
            valueEnd = UInt32(truncatingIfNeeded: value.upperBound)
        }

        var name: Range<Int> { Int(nameStart)..<Int(nameEnd) }
        var value: Range<Int> { Int(valueStart)..<Int(valueEnd) }
    }

    var bytes: [UInt8]
    var entries: [Entry]

    /// No fields.
    package init() {
        bytes = []
        entries = []
    }

    /// The fields a parser found in a head; it has checked names, values and places.
    package init(head bytes: [UInt8], entries: [Entry]) {
        self.bytes = bytes
        self.entries = entries
    }

    /// The number of field lines.
    package var count: Int { entries.count }

    /// The value of a field line, without a copy; the index is below `count`.
    package func valueBytes(at index: Int) -> ArraySlice<UInt8> { bytes[entries[index].value] }

    /// The index of the first line of this name, or nil.
    package func firstIndex(of name: HTTPFieldName) -> Int? {
        let expected = name.lowercased.utf8Span.span
        return entries.firstIndex { matches($0, expected) }
    }

    private func matches(_ entry: Entry, _ expected: Span<UInt8>) -> Bool {
        guard Int(entry.nameEnd &- entry.nameStart) == expected.count else { return false }
        var position = Int(entry.nameStart)
        for index in expected.indices {
            if FieldCharacters.lowercased(bytes[position]) != expected[index] { return false }
            position += 1
        }
        return true
    }
}

extension HTTPFields {
    /// The value of the first line of this name; setting replaces all lines of the name, nil removes them.
    package subscript(name: HTTPFieldName) -> String? {
        get { firstIndex(of: name).map { String(decoding: valueBytes(at: $0), as: UTF8.self) } }
        set {
            removeAll(name)
            if let newValue { append(name, newValue) }
        }
    }

    /// Whether there is a line of this name.
    package func contains(_ name: HTTPFieldName) -> Bool { firstIndex(of: name) != nil }

    /// The bytes of the value of the first line of this name, without a copy; nil without one.
    package func valueBytes(of name: HTTPFieldName) -> ArraySlice<UInt8>? { firstIndex(of: name).map { valueBytes(at: $0) } }

    /// The values of all lines of this name, in order.
    package func values(of name: HTTPFieldName) -> [String] {
        let expected = name.lowercased.utf8Span.span
        var values: [String] = []
        for entry in entries where matches(entry, expected) {
            values.append(String(decoding: bytes[entry.value], as: UTF8.self))
        }
        return values
    }

    /// The values of all lines of this name joined with `, `, which is what a list field means; nil without one.
    package func combinedValue(of name: HTTPFieldName) -> String? {
        let values = values(of: name)
        return values.isEmpty ? nil : values.joined(separator: ", ")
    }

    /// Adds a line. Bytes that no value may hold become spaces, so that a value cannot add lines of its own.
    package mutating func append(_ name: HTTPFieldName, _ value: String) {
        if entries.isEmpty {
            bytes.reserveCapacity(128)
            entries.reserveCapacity(6)
        }
        let place = appendLine(name.lowercased.utf8Span.span, value.utf8Span.span)
        while let control = bytes.span.firstControl(in: place) { bytes[control] = 0x20 }
    }

    /// Adds a line as it is sent, so that it can be written without being taken apart; returns the place of its value.
    @discardableResult
    private mutating func appendLine(_ name: Span<UInt8>, _ value: Span<UInt8>) -> Range<Int> {
        let nameStart = bytes.count
        let valueStart = nameStart + name.count + 2
        let entry = Entry(name: nameStart..<nameStart + name.count, value: valueStart..<valueStart + value.count)
        bytes.append(addingCapacity: name.count + value.count + 4) { line in
            line.append(name)
            line.append(0x3A)
            line.append(0x20)
            line.append(value)
            line.append(0x0D)
            line.append(0x0A)
        }
        entries.append(entry)
        return entry.value
    }

    /// Adds all lines of other fields.
    package mutating func append(contentsOf other: HTTPFields) {
        let span = other.bytes.span
        for entry in other.entries { appendLine(span.extracting(entry.name), span.extracting(entry.value)) }
    }

    /// Removes all lines of this name.
    package mutating func removeAll(_ name: HTTPFieldName) {
        guard contains(name) else { return }
        let expected = name.lowercased.utf8Span.span
        var kept: [Entry] = []
        kept.reserveCapacity(entries.count)
        for entry in entries where !matches(entry, expected) { kept.append(entry) }
        entries = kept
    }
}

extension HTTPFields: Sequence {
    /// One field line as text, the name in lower case.
    package struct Element: Hashable, Sendable {
        /// The name in lower case.
        package let name: String
        /// The value without the white space around it.
        package let value: String
    }

    /// Walks the lines in order.
    package func makeIterator() -> some IteratorProtocol<Element> {
        entries.lazy.map { entry in
            Element(
                name: String(decoding: bytes[entry.name].map(FieldCharacters.lowercased), as: UTF8.self),
                value: String(decoding: bytes[entry.value], as: UTF8.self))
        }.makeIterator()
    }
}

extension HTTPFields: Equatable {
    /// Whether both hold the same lines in the same order; names are compared without regard to case.
    package static func == (left: Self, right: Self) -> Bool { left.elementsEqual(right) }
}

extension HTTPFields: ExpressibleByDictionaryLiteral, CustomStringConvertible {
    /// Fields written in the source.
    package init(dictionaryLiteral elements: (HTTPFieldName, String)...) {
        self.init()
        for (name, value) in elements { append(name, value) }
    }

    /// The lines as they would be sent; for tests and debugging, since values may be secret.
    package var description: String { map { "\($0.name): \($0.value)" }.joined(separator: "\n") }
}
