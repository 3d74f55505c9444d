import Glibc

/// Notices when a core stands still: a guest's core is taken away by its host now and then, for milliseconds.
///
/// Run with real-time priority, it gets a core before every other program does; so when it wakes up late, nothing ran there.
enum PauseWatch {
    private static let interval = 500_000
    private static let late = 150_000

    /// Prints the nanoseconds at which each pause began, or a little before that, and ended.
    static func run() -> Never {
        var due = Clock.now
        while true {
            let before = due
            due += interval
            var time = Clock.time(due)
            clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil)
            let now = Clock.now
            guard now - due > late else { continue }
            print(before, now)
            fflush(nil)
            due = Clock.now
        }
    }
}

/// When a core stood still.
struct Pauses {
    private let pauses: [(start: Int, end: Int)]
    /// The part of the time.
    let part: Double

    /// Reads what `PauseWatch` wrote.
    init(file: String, from start: Int, to end: Int) throws {
        let lines = try Self.text(of: file).split(separator: "\n").map { $0.split(separator: " ").compactMap { Int($0) } }
        pauses = lines.filter { $0.count == 2 && $0[0] >= start && $0[1] <= end }.map { ($0[0], $0[1]) }
        part = Double(pauses.reduce(0) { $0 + $1.end - $1.start }) / Double(end - start)
    }

    /// Whether a request was waiting when the core stood still.
    func meet(_ exchange: Exchange) -> Bool {
        // The first that ends after the request was due.
        var low = 0
        var high = pauses.count
        while low < high {
            let middle = (low + high) / 2
            if pauses[middle].end < exchange.due { low = middle + 1 } else { high = middle }
        }
        return low < pauses.count && pauses[low].start <= exchange.answered
    }

    private struct Unreadable: Error {
        let file: String
    }

    private static func text(of file: String) throws -> String {
        guard let stream = fopen(file, "r") else { throw Unreadable(file: file) }
        defer { fclose(stream) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&piece, 1, piece.count, stream), count > 0 { bytes += piece[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
