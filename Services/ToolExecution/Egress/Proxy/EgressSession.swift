internal import EventLoop
internal import Glibc
internal import HTTPMessage
internal import WireProtocol

/// The proxy of one sandbox: what it may ask, how much of it is left, and the connections under way.
final class EgressSession {
    let gateway: EgressGateway
    let origin: EgressAudit.Origin
    /// Whether the relay within the sandbox listens.
    var isRelayOpen = false
    /// What makes it listen, just now.
    var opening: LoopTask<Void>?
    private var rules: EgressRules
    private let listener: Listener
    /// Of its socket.
    let path: String
    /// Its own: a name whose servers do not answer holds a thread for long, and no other sandbox is to wait for that.
    let resolver = BlockingPool(threads: 2)
    private var bytesLeft: Int
    /// Each connection counts as one, since it carries no more; below zero are those that came when none was left.
    var requestsLeft = mostRequests
    private var connections: [ObjectIdentifier: (SocketStream, LoopTask<Void>)] = [:]

    private static let mostConnections = 64
    private static let mostRequests = 10_000
    /// Where the relay within the sandbox listens.
    private static let port = 3128
    /// The same as programs are told.
    static let proxy = "http://127.0.0.1:\(port)"

    init(_ listener: Listener, at path: String, _ rules: EgressRules, of origin: EgressAudit.Origin, through gateway: EgressGateway) {
        self.listener = listener
        self.path = path
        self.rules = rules
        self.origin = origin
        self.gateway = gateway
        bytesLeft = rules.maximumBytes
        gateway.loop.spawn { [self] in
            while true { admit(try await listener.accept()) }
        }
    }

    /// Lines for the launcher: the socket, the relay to it, and, where it is there to stay, where programs find that.
    func configuration(_ installation: LauncherInstallation, isLasting: Bool) -> [String] {
        let variables = ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"].map { "\($0)=\(Self.proxy)" }
        let others = ["NO_PROXY=localhost,127.0.0.1", "no_proxy=localhost,127.0.0.1", "NODE_USE_ENV_PROXY=1"]
        let relay = ["EGRESS_SOCKET=\(path)", "EGRESS_PORT=\(Self.port)"]
        return ["bind\t\(path)", "interpreter\t\(Self.relay)\t\(installation.drivers)/relay.py\t/usr/bin/python3\t-I\t-S\t-B"]
            + ((isLasting ? variables + others : []) + relay).map { "environment\t\($0)" }
    }

    /// The name of the relay among the interpreters.
    static let relay = "relay"

    /// Ends it, with every connection.
    func close() {
        guard !listener.isClosed else { return }
        listener.close()
        unlink(path)
        cutOff()
    }

    /// Lets it ask what these rules allow, as if it had asked nothing yet; what is under way by those of before is cut off.
    func change(to rules: EgressRules) {
        cutOff()
        self.rules = rules
        bytesLeft = rules.maximumBytes
        requestsLeft = Self.mostRequests
    }

    private func cutOff() {
        for (stream, task) in connections.values {
            stream.close()
            task.cancel()
        }
    }

    /// Whether it has been refused bytes beyond the grant.
    var isUsedUp: Bool { bytesLeft < 0 }

    private func admit(_ stream: SocketStream) {
        guard connections.count < Self.mostConnections else { return stream.close() }
        requestsLeft -= 1
        let connection = ProxyConnection(stream, of: self, requestsLeft: requestsLeft)
        let task = gateway.loop.spawn { [self] in
            await connection.serve()
            connections[ObjectIdentifier(connection)] = nil
        }
        connections[ObjectIdentifier(connection)] = (stream, task)
    }

    static let tooManyRequests = EgressRefusal(status: .tooManyRequests, reason: "the sandbox has made as many requests as it may")

    /// Lets a request through; or throws `EgressRefusal`, written down.
    ///
    /// - Parameter requestsLeft: How many were, after it.
    func admit(_ target: EgressTarget, requestsLeft: Int) async throws -> [SocketAddress] {
        do {
            guard requestsLeft >= 0 else { throw Self.tooManyRequests }
            try rules.check(target)
            return try await resolve(target)
        } catch let refusal as EgressRefusal {
            try await gateway.audit.refuse(target, of: origin, reason: refusal.reason)
            throw refusal
        }
    }

    /// The addresses that may be connected to. They are what is connected to: a name that is asked for again might have others.
    private func resolve(_ target: EgressTarget) async throws -> [SocketAddress] {
        let (loop, host, port) = (gateway.loop, target.host, target.port)
        let all: [SocketAddress]
        do {
            all = try await loop.withTimeout(.seconds(10)) { [resolver] in try await loop.resolve(host, port: port, on: resolver) }
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw EgressRefusal(status: .badGateway, reason: "\(host) has no address: \(error)")
        }
        let ofOperator = rules.isToOperatorServer(target)
        let permitted = all.filter { gateway.addresses.permits($0, ofOperator: ofOperator) }
        guard !permitted.isEmpty else {
            throw EgressRefusal(status: .forbidden, reason: "\(host) has no address of the public internet")
        }
        return permitted
    }

    /// The secrets for a request, as fields. They leave only over TLS, to whom they are meant for.
    func secrets(for target: EgressTarget, isEncrypted: Bool) async throws -> [(HTTPFieldName, String)] {
        guard isEncrypted else { return [] }
        return try await gateway.secrets.fields(
            rules.secrets, for: target.host, port: target.port, of: origin.owner.organization)
    }

    /// Counts bytes of either direction against the grant.
    func spend(_ count: Int) throws {
        bytesLeft -= min(count, bytesLeft + 1)
        if bytesLeft < 0 { throw EgressRefusal(status: .forbidden, reason: "the bytes that the sandbox may send and receive are used up") }
    }
}
