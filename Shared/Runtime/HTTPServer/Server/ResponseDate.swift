import EventLoop
import HTTPMessage

/// The `date` line of responses with its line end, which is the same for a second.
struct ResponseDate {
    let line: [UInt8]
    let goodUntil: Instant

    init(on loop: EventLoop) {
        let microseconds = loop.wallClock
        line = Array("date: \(HTTPDate.format(secondsSinceEpoch: Int(microseconds / 1_000_000)))\r\n".utf8)
        goodUntil = loop.now + .microseconds(1_000_000 - microseconds % 1_000_000)
    }
}
