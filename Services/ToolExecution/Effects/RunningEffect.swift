internal import EventLoop

/// An effect that this process carries out, or has carried out and not stored yet.
final class RunningEffect {
    let hash: [UInt8]
    let log: ExecutionLog
    /// Where its code runs; nil until there is a sandbox.
    var sandbox: LiveSandbox?
    private(set) var isCancelled = false

    init(hash: [UInt8], on loop: EventLoop) {
        self.hash = hash
        log = ExecutionLog(on: loop)
    }

    /// Stops its code, or keeps it from beginning.
    func cancel() {
        isCancelled = true
        sandbox?.cancel()
    }
}
