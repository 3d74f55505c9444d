internal import EventLoop
internal import WireProtocol

/// The last of what happened in a sandbox: what was started and how it ended, never what it wrote.
final class SandboxLog {
    private(set) var lines: [SandboxLogLine] = []
    private let loop: EventLoop

    private static let mostLines = 500
    private static let longestLine = 200

    init(on loop: EventLoop) { self.loop = loop }

    func note(_ text: String) {
        lines.append(SandboxLogLine(time: Timestamp(microseconds: loop.wallClock), text: String(text.prefix(Self.longestLine))))
        if lines.count > Self.mostLines { lines.removeFirst(lines.count - Self.mostLines) }
    }
}
