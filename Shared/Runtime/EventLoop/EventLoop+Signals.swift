internal import CSystem
internal import Glibc

/// Signals that the process shall handle itself.
package enum ProcessSignals {
    /// Keeps these signals from ending the process, in this thread and those that it starts; to be called before any thread is started.
    package static func block(_ signals: [Int32]) {
        var set = makeSet(signals)
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// SIGTERM and SIGINT: asked to stop.
    package static let termination: [Int32] = [SIGTERM, SIGINT]

    fileprivate static func makeSet(_ signals: [Int32]) -> sigset_t {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for signal in signals { unsafe sigaddset(&set, signal) }
        return set
    }
}

extension EventLoop {
    /// Waits for one of these signals, which `ProcessSignals.block` has blocked; returns its number.
    package func waitForSignal(_ signals: [Int32]) async throws -> Int32 {
        let set = unsafe withUnsafePointer(to: ProcessSignals.makeSet(signals)) { unsafe system_signal_descriptor($0) }
        guard set >= 0 else { throw SocketError(action: "watch signals", code: errno) }
        let source = DescriptorSource(descriptor: set, loop: self)
        defer { source.close() }
        while true {
            let signal = system_read_signal(set)
            if signal != 0 { return signal }
            try await source.waitUntilReadable()
        }
    }
}

/// A descriptor that is watched for reading, level-triggered, for who reads it by calls of its own.
final class DescriptorSource: ReadinessHandler {
    let descriptor: Int32
    private let loop: EventLoop
    private let signal: Signal
    private var isReady = false
    private var isClosed = false

    init(descriptor: Int32, loop: EventLoop) {
        self.descriptor = descriptor
        self.loop = loop
        signal = Signal(on: loop)
        loop.register(descriptor, .readable, .edge, self)
    }

    func ready(_ readiness: Readiness) {
        isReady = true
        signal.notify()
    }

    func waitUntilReadable() async throws {
        try await signal.wait { !isReady }
        isReady = false
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        loop.unregister(descriptor)
        loop.reactor.close(descriptor)
    }
}
