import EventLoop

/// What a connection waits for, and until when.
struct ConnectionDeadline {
    enum Wait {
        case nothing
        case request
        case head
        case body
        case client
        case linger
    }

    private(set) var wait = Wait.nothing
    private var instant = Instant(nanoseconds: .max)

    mutating func set(_ wait: Wait, _ instant: Instant) {
        self.wait = wait
        self.instant = instant
    }

    mutating func clear() { self = ConnectionDeadline() }

    func isOver(at now: Instant) -> Bool { instant <= now }
}
