internal import Glibc

/// A reactor without a system: its descriptors are ends of streams in memory, its clock is the simulation's.
final class SimulatedReactor: Reactor {
    private struct Registration {
        var interest: Readiness
        var trigger: Trigger
        var token: UInt64
        /// What has been reported already, for edges.
        var reported: Readiness = []
    }

    private let network: SimulatedNetwork
    private var registrations: [Int32: Registration] = [:]

    init(_ network: SimulatedNetwork) { self.network = network }

    var monotonicNow: Instant { network.now }
    var bootNow: Instant { network.now }
    var wallNow: Int64 { network.wallNow }

    func register(_ descriptor: Int32, _ interest: Readiness, _ trigger: Trigger, token: UInt64) {
        registrations[descriptor] = Registration(interest: interest, trigger: trigger, token: token)
    }

    func modify(_ descriptor: Int32, _ interest: Readiness, _ trigger: Trigger, token: UInt64) {
        register(descriptor, interest, trigger, token: token)
    }

    func remove(_ descriptor: Int32) { registrations[descriptor] = nil }

    /// Reports what is ready and never waits: the simulation moves the time.
    func wait(until deadline: Instant?, _ ready: (_ awoke: Instant, _ token: UInt64, Readiness) -> Void) {
        for descriptor in registrations.keys.sorted() {
            guard var registration = registrations[descriptor] else { continue }
            let state = readiness(of: descriptor).intersection(registration.interest.union(.hungUp))
            var fresh = state
            if registration.trigger == .edge {
                fresh.subtract(registration.reported)
                registration.reported = state
                registrations[descriptor] = registration
            }
            if !fresh.isEmpty { ready(monotonicNow, registration.token, fresh) }
        }
    }

    /// Whether `wait` would report anything.
    var hasWork: Bool {
        registrations.contains { descriptor, registration in
            let state = readiness(of: descriptor).intersection(registration.interest.union(.hungUp))
            return !(registration.trigger == .edge ? state.subtracting(registration.reported) : state).isEmpty
        }
    }

    private func readiness(of descriptor: Int32) -> Readiness {
        guard let endpoint = network[descriptor] else { return [] }
        if endpoint.isListener { return endpoint.pending.isEmpty ? [] : .readable }
        var readiness: Readiness = []
        if endpoint.available > 0 || endpoint.peerHasClosed { readiness.insert(.readable) }
        if let peer = endpoint.peer, peer.available < SimulatedNetwork.capacity { readiness.insert(.writable) }
        if endpoint.peerHasClosed { readiness.insert(.hungUp) }
        return readiness
    }

    /// A call that would have blocked, or did all there was to do, lets the next change be an edge again.
    private func rearm(_ descriptor: Int32, _ readiness: Readiness) { registrations[descriptor]?.reported.subtract(readiness) }

    func listen(_ address: SocketAddress, backlog: Int32, sharePort: Bool) -> Int32 { network.listen(address, self) ?? -EADDRINUSE }
    func localAddress(_ descriptor: Int32) -> SocketAddress? { network[descriptor]?.address }

    func accept(_ listener: Int32) -> (descriptor: Int32, peer: SocketAddress?) {
        rearm(listener, .readable)
        guard let endpoint = network[listener], !endpoint.pending.isEmpty else { return (-EAGAIN, nil) }
        return (endpoint.pending.removeFirst(), nil)
    }

    func connect(_ address: SocketAddress) -> Int32 { network.connect(address, self) ?? -ECONNREFUSED }
    func connectionError(_ descriptor: Int32) -> Int32 { network[descriptor] == nil ? ECONNRESET : 0 }

    func read(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> Int {
        rearm(descriptor, .readable)
        guard let endpoint = network[descriptor] else { return -Int(EBADF) }
        let count = min(buffer.count, endpoint.available)
        if count == 0 { return endpoint.peerHasClosed ? 0 : -Int(EAGAIN) }
        unsafe buffer.copyBytes(from: endpoint.incoming[endpoint.head..<(endpoint.head + count)])
        endpoint.head += count
        if endpoint.available == 0 {
            endpoint.incoming.removeAll(keepingCapacity: true)
            endpoint.head = 0
        }
        return count
    }

    func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        guard let endpoint = network[descriptor] else { return -Int(EBADF) }
        guard let peer = endpoint.peer else { return -Int(EPIPE) }
        let count = min(bytes.count, SimulatedNetwork.capacity - peer.available)
        if count < bytes.count { rearm(descriptor, .writable) }
        if count == 0 { return -Int(EAGAIN) }
        unsafe peer.incoming.append(contentsOf: bytes[..<count])
        return count
    }

    func shutdownWriting(_ descriptor: Int32) { network[descriptor]?.peer?.peerHasClosed = true }
    func close(_ descriptor: Int32) { network.remove(descriptor) }
}
