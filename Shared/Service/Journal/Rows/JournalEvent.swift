/// An event with its public JSON, encoded once: the same bytes are shown, stored and shown again. What they mean is the service's affair.
package struct JournalEvent: Sendable, Hashable {
    package let type: String
    /// One line of JSON that begins with `{"type":"…"`.
    package let data: [UInt8]
    /// Whether it is the last of its journal.
    package let isFinal: Bool

    package init(type: String, data: [UInt8], isFinal: Bool = false) {
        self.type = type
        self.data = data
        self.isFinal = isFinal
    }

    package static func == (left: JournalEvent, right: JournalEvent) -> Bool { left.data == right.data }
    package func hash(into hasher: inout Hasher) { hasher.combine(data) }
}

/// An event as a reader is shown it: its number, its type and its bytes.
package struct NumberedEvent: Sendable, Hashable {
    package let sequence: Int
    package let type: String
    package let data: [UInt8]

    package init(sequence: Int, type: String, data: [UInt8]) {
        self.sequence = sequence
        self.type = type
        self.data = data
    }
}

/// The journal says what no writer could have written.
package struct CorruptJournal: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
