internal import JSON
package import WireProtocol

/// An event with its public JSON, encoded once: the same bytes are shown, stored and shown again.
package struct JournalEvent: Sendable, Hashable {
    package let event: RunEvent
    package let data: [UInt8]

    /// A new event.
    package init(_ event: RunEvent) {
        self.event = event
        // Only a number that is not finite cannot be encoded, and no event has one.
        data = (try? JSONCodec.encode(event)) ?? Array(#"{"type":"unknown"}"#.utf8)
    }

    /// An event of the journal; throws `CorruptJournal` when it cannot be read.
    package init(stored data: [UInt8]) throws {
        do { event = try JSONCodec.decode(RunEvent.self, from: data, unknownFields: .ignored) } catch {
            throw CorruptJournal("an event cannot be read: \(error)")
        }
        self.data = data
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

    /// Whether it is the last of its run.
    package var isFinal: Bool { RunEvent.Tag(rawValue: type)?.isFinal ?? false }
}

/// The journal says what no writer could have written.
package struct CorruptJournal: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
