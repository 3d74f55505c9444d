/// The world that simulated loops share: virtual time, and streams in memory.
///
/// Nothing in it happens by itself. A simulation runs its loops in turn on one thread, in an order that its seed decides, and moves
/// the time forward only when none of them has anything to do; so the same seed gives the same history.
package final class SimulatedNetwork {
    final class Endpoint {
        var incoming: [UInt8] = []
        var head = 0
        var peer: Endpoint?
        var peerHasClosed = false
        var pending: [Int32] = []
        var isListener = false
        weak var reactor: SimulatedReactor?
        let address: SocketAddress?

        init(reactor: SimulatedReactor, address: SocketAddress?) {
            self.reactor = reactor
            self.address = address
        }

        var available: Int { incoming.count - head }
    }

    /// Bytes on their way in one direction before a writer has to wait.
    static let capacity = 64 * 1024
    private static let firstPort: UInt16 = 40_000

    fileprivate(set) var now = Instant(nanoseconds: 1)
    private let epoch: Int64
    private var endpoints: [Int32: Endpoint] = [:]
    private var listeners: [SocketAddress: Int32] = [:]
    private var lastDescriptor: Int32 = 0
    private var lastPort = SimulatedNetwork.firstPort

    /// A network whose wall clock begins at so many microseconds since 1970.
    package init(wallClock: Int64 = 1_767_225_600_000_000) { epoch = wallClock }

    var wallNow: Int64 { epoch + Int64(now.nanoseconds / 1000) }

    /// Moves the time forward.
    func advance(to instant: Instant) { if instant > now { now = instant } }

    subscript(descriptor: Int32) -> Endpoint? { endpoints[descriptor] }

    func add(_ endpoint: Endpoint) -> Int32 {
        lastDescriptor += 1
        endpoints[lastDescriptor] = endpoint
        return lastDescriptor
    }

    func remove(_ descriptor: Int32) {
        guard let endpoint = endpoints.removeValue(forKey: descriptor) else { return }
        if endpoint.isListener, let address = endpoint.address { listeners[address] = nil }
        endpoint.peer?.peerHasClosed = true
        endpoint.peer = nil
        for accepted in endpoint.pending { remove(accepted) }
    }

    func listen(_ address: SocketAddress, _ reactor: SimulatedReactor) -> Int32? {
        var address = address
        if case .ipv4(let host, 0) = address {
            lastPort += 1
            address = .ipv4(host, port: lastPort)
        }
        guard listeners[address] == nil else { return nil }
        let endpoint = Endpoint(reactor: reactor, address: address)
        endpoint.isListener = true
        let descriptor = add(endpoint)
        listeners[address] = descriptor
        return descriptor
    }

    /// Connects at once; nil when nobody listens there.
    func connect(_ address: SocketAddress, _ reactor: SimulatedReactor) -> Int32? {
        guard let listener = listeners[address].flatMap({ endpoints[$0] }), let server = listener.reactor else { return nil }
        let near = Endpoint(reactor: reactor, address: nil)
        let far = Endpoint(reactor: server, address: nil)
        near.peer = far
        far.peer = near
        listener.pending.append(add(far))
        return add(near)
    }
}
