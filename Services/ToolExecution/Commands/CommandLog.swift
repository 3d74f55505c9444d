internal import EventLoop
internal import WireProtocol

/// What one command has done, numbered from 1: the last of it, as much as is kept. Any number of readers follow it, each at its own pace.
final class CommandLog {
    enum Entry {
        case started(pid: Int)
        /// Whole characters, as far as it is text.
        case output(OutputStream, [UInt8])
        /// What the reader missed.
        case dropped(events: Int)
        case exited(code: Int, ExecutionOutcome)
    }

    /// Whether the last entry is there.
    private(set) var isComplete = false
    /// Whether anything was left out.
    private(set) var isTruncated = false
    /// Those before `start` are forgotten. Their places are given back when they are the larger half: so an append costs the same however many
    /// there are.
    private var entries: [Entry] = []
    private var start = 0
    private var firstNumber = 1
    /// How much it holds.
    private(set) var bytes = 0
    private let mostBytes: Int
    /// Called when it has grown.
    var onGrowth: (() -> Void)?
    private let changed: Signal

    /// What an entry costs besides its bytes.
    private static let entrySize = 64

    /// - Parameter mostBytes: How much is kept.
    init(mostBytes: Int, on loop: EventLoop) {
        self.mostBytes = mostBytes
        changed = Signal(on: loop)
    }

    func append(_ entry: Entry) {
        guard !isComplete else { return }
        entries.append(entry)
        bytes += Self.size(entry)
        cut(to: mostBytes)
        if case .exited = entry { isComplete = true }
        onGrowth?()
        changed.notify()
    }

    /// Forgets the oldest entries until it holds no more than this; never the last.
    func cut(to mostBytes: Int) {
        while bytes > mostBytes, start < entries.count - 1 {
            bytes -= Self.size(entries[start])
            entries[start] = .dropped(events: 1)
            start += 1
            firstNumber += 1
            isTruncated = true
        }
        if start > entries.count / 2 {
            entries.removeFirst(start)
            start = 0
        }
    }

    private static func size(_ entry: Entry) -> Int {
        if case .output(_, let bytes) = entry { return bytes.count + entrySize }
        return entrySize
    }

    /// The entry after number `number`, with its own number; nil when there is none yet.
    func entry(after number: Int) -> (number: Int, Entry)? {
        if number < firstNumber - 1 { return (firstNumber - 1, .dropped(events: firstNumber - 1 - max(0, number))) }
        let place = start + (number - (firstNumber - 1))
        guard place < entries.count else { return nil }
        return (number + 1, entries[place])
    }

    /// Waits until there is an entry after `number`, or none will come; false when the time is over first.
    func hasEntry(after number: Int, atMost duration: Duration) async throws -> Bool {
        try await changed.wait(atMost: duration) { entry(after: number) == nil && !isComplete }
    }

    /// Waits until the last entry is there.
    func waitUntilComplete() async throws { try await changed.wait { !isComplete } }

    /// What is kept of a stream.
    func text(of stream: OutputStream) -> String {
        var bytes: [UInt8] = []
        for case .output(stream, let piece) in entries[start...] { bytes += piece }
        return String(decoding: bytes, as: UTF8.self)
    }
}
