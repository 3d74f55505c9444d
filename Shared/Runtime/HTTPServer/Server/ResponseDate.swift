import EventLoop
import HTTPMessage

/// The `date` line of responses, which is the same for a second.
struct ResponseDate {
    private var line: [UInt8] = []
    private var goodUntil = Instant(nanoseconds: 0)

    mutating func line(on loop: EventLoop) -> [UInt8] {
        if loop.now < goodUntil { return line }
        let microseconds = loop.wallClock
        line = Array("date: \(HTTPDate.format(secondsSinceEpoch: Int(microseconds / 1_000_000)))\r\n".utf8)
        goodUntil = loop.now + .microseconds(1_000_000 - microseconds % 1_000_000)
        return line
    }
}
