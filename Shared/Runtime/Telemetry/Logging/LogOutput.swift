internal import Calendar
package import EventLoop
internal import Glibc
internal import Synchronization

/// Where the log lines of one loop go. Lines are gathered for one turn of the loop and written with one call.
package final class LogOutput {
    private let loop: EventLoop
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var flushIsScheduled = false

    /// Bytes that are written at once, without waiting for the turn to end.
    private static let flushThreshold = 32 << 10
    /// Held during a write, so that the lines of two loops never mix within a pipe.
    private static let writing = Mutex<Void>(())

    /// An output to an open descriptor, which stays the caller's; standard output by default.
    package init(on loop: EventLoop, descriptor: Int32 = STDOUT_FILENO) {
        self.loop = loop
        self.descriptor = descriptor
    }

    deinit { flush() }

    /// The time as it stands in a log line.
    func timestamp() -> String { RFC3339.text(microseconds: loop.wallClock) }

    /// Adds a line; an urgent one is written at once, since the process may be about to end.
    func append(_ line: [UInt8], isUrgent: Bool) {
        buffer.append(contentsOf: line)
        buffer.append(0x0A)
        if isUrgent || buffer.count >= Self.flushThreshold { return flush() }
        guard !flushIsScheduled else { return }
        flushIsScheduled = true
        loop.schedule(at: loop.now) { [weak self] in
            self?.flushIsScheduled = false
            self?.flush()
        }
    }

    /// Writes what has been gathered.
    package func flush() {
        guard !buffer.isEmpty else { return }
        Self.writing.withLock { _ in
            buffer.withUnsafeBytes { Self.write($0, to: descriptor) }
        }
        buffer.removeAll(keepingCapacity: true)
    }

    /// Writes everything, as to a blocking descriptor. A reader of a non-blocking one that takes nothing for a second loses the rest:
    /// a service goes on without its log rather than stand still for it.
    private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) {
        var rest = bytes
        while let start = rest.baseAddress, !rest.isEmpty {
            let count = Glibc.write(descriptor, start, rest.count)
            if count > 0 {
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            } else if errno == EAGAIN {
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                if poll(&waiting, 1, 1000) == 0 { return }
            } else if errno != EINTR {
                return
            }
        }
    }
}
