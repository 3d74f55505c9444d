internal import EventLoop

/// The latest events of a journal that this loop holds, committed or not, for those who follow it here.
final class LiveJournal {
    /// The events after the number `base`, in order.
    private var events: [NumberedEvent] = []
    private var base: Int
    private var size = 0
    /// Whether nothing more comes from here: the journal has ended, or is another's.
    private(set) var isOver = false
    let changed: Signal

    private static let sizeLimit = 2 << 20

    init(head: Int, on loop: EventLoop) {
        base = head
        changed = Signal(on: loop)
    }

    /// Adds what is shown next.
    func show(_ news: [NumberedEvent]) {
        events += news
        size += news.reduce(0) { $0 + $1.data.count }
        if size > Self.sizeLimit { dropHalf() }
        changed.notify()
    }

    /// Nothing more comes.
    func close() {
        isOver = true
        changed.notify()
    }

    /// What was shown after a number; nil: part of it is known to the database only.
    func events(after sequence: Int) -> ArraySlice<NumberedEvent>? { sequence < base ? nil : latest(after: sequence) }

    /// What was shown after a number, as far as it is still here.
    func latest(after sequence: Int) -> ArraySlice<NumberedEvent> {
        var (low, high) = (0, events.count)
        while low < high {
            let middle = (low + high) / 2
            if events[middle].sequence > sequence { high = middle } else { low = middle + 1 }
        }
        return events[low...]
    }

    private func dropHalf() {
        let count = events.count / 2
        guard count > 0 else { return }
        base = events[count - 1].sequence
        size -= events[..<count].reduce(0) { $0 + $1.data.count }
        events.removeFirst(count)
    }
}
