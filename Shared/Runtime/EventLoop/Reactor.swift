/// What a descriptor is watched for, and what it turned out to be ready for.
package struct Readiness: OptionSet, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let readable = Readiness(rawValue: 1)
    package static let writable = Readiness(rawValue: 2)
    /// The peer has closed its side, or the descriptor has an error; always watched for.
    package static let hungUp = Readiness(rawValue: 4)
}

/// How a descriptor's readiness is reported.
package enum Trigger: Sendable {
    /// Again at each wait while the condition lasts. What C libraries expect.
    case level
    /// Once each time the condition arises: nothing is said again until a call on the descriptor would have blocked.
    case edge
}

/// The loop's only way to the world: time, and descriptors that become ready.
///
/// `EpollReactor` is the real one. `SimulatedReactor` has virtual time and an in-memory network, so that a whole
/// system of loops runs in one thread, reproducibly, from one seed.
/// A reactor belongs to one loop and is called on its thread only. Calls that can fail give a negative errno.
package protocol Reactor: AnyObject {
    var monotonicNow: Instant { get }
    /// As the monotonic time, and goes on while the machine sleeps.
    var bootNow: Instant { get }
    /// Microseconds since 1970-01-01T00:00:00Z.
    var wallNow: Int64 { get }

    func register(_ descriptor: Int32, _ interest: Readiness, _ trigger: Trigger, token: UInt64)
    func modify(_ descriptor: Int32, _ interest: Readiness, _ trigger: Trigger, token: UInt64)
    func remove(_ descriptor: Int32)
    /// Waits until something is ready or `deadline` has come (nil: for ever), then reports each ready token, and when the wait ended.
    func wait(until deadline: Instant?, _ ready: (_ awoke: Instant, _ token: UInt64, Readiness) -> Void)

    func listen(_ address: SocketAddress, backlog: Int32, sharePort: Bool) -> Int32
    func localAddress(_ descriptor: Int32) -> SocketAddress?
    func accept(_ listener: Int32) -> (descriptor: Int32, peer: SocketAddress?)
    /// Starts to connect: the descriptor becomes writable when it is decided, and `connectionError` tells how.
    func connect(_ address: SocketAddress) -> Int32
    func connectionError(_ descriptor: Int32) -> Int32
    func read(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> Int
    func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int
    func shutdownWriting(_ descriptor: Int32)
    func close(_ descriptor: Int32)
}
