internal import CCurl
package import EventLoop
package import HTTPClient
internal import HTTPMessage

/// Calls servers of the outside world through curl, from one loop: with TLS, certificates verified, over HTTP/1.1.
///
/// Redirects are answers like any other. HTTP/2 is left out on purpose: a paused stream piles up there what the peer still sends.
/// Names are resolved on the loop's blocking pool, since removing a transfer that is resolving one blocks its thread.
package final class ExternalHTTPClient: HTTPCaller {
    private let loop: EventLoop
    private let limits: HTTPClientLimits
    private let multi: CurlMulti
    private let certificates: String?
    private var addresses: [HTTPOrigin: AddressCache] = [:]
    private var isShutDown = false

    /// A client without connections. `certificates` is a file (PEM) of those that are trusted; nil: the system's.
    package init(on loop: EventLoop, limits: HTTPClientLimits = HTTPClientLimits(), certificates: String? = nil) throws {
        self.loop = loop
        self.certificates = certificates
        self.limits = limits
        multi = try CurlMulti(on: loop, connections: limits.connections)
    }

    deinit { shutDown() }

    /// Sends a request and returns when the head of its response is there; the body is read by the caller.
    /// Throws `HTTPClientError`, or `CancellationError` when the calling task is cancelled.
    package func send(_ request: HTTPClientRequest, to origin: HTTPOrigin) async throws -> HTTPClientResponse {
        try await send(request, to: origin, at: nil)
    }

    /// The same, at these addresses of the origin and at no other: for callers that have looked at them. A host that is an address
    /// itself is that address.
    package func send(
        _ request: HTTPClientRequest, to origin: HTTPOrigin, at addresses: [SocketAddress]
    ) async throws -> HTTPClientResponse {
        try await send(request, to: origin, at: Optional(addresses))
    }

    private func send(
        _ request: HTTPClientRequest, to origin: HTTPOrigin, at addresses: [SocketAddress]?
    ) async throws -> HTTPClientResponse {
        try request.validate()
        if isShutDown { throw HTTPClientError.shutDown }
        let callDeadline = request.timeouts.call.map { loop.now + $0 }
        let body = try await OutgoingBody(request.body)
        let handle = try CurlHandle()
        try await direct(
            handle, to: origin, at: addresses, due: HTTPClientTimeouts.due(request.timeouts.connection, before: callDeadline, now: loop.now)
        )
        try handle.set(CURLOPT_URL, "\(origin.scheme.rawValue)://\(origin.authority)\(request.head.target)")
        try handle.set(CURLOPT_CONNECTTIMEOUT_MS, max(1, Int(request.timeouts.connection.seconds * 1000)))
        try describe(request.head, body, to: handle)
        let transfer = try CurlTransfer(request, body, handle: handle, limits: limits.framing, on: loop, multi: multi)
        return try await transfer.start(until: callDeadline)
    }

    /// Fails the calls under way and refuses new ones.
    package func shutDown() {
        isShutDown = true
        multi.removeAll(.shutDown)
    }

    /// Says where to connect, and what is never to happen on the way.
    private func direct(_ handle: CurlHandle, to origin: HTTPOrigin, at known: [SocketAddress]?, due: Instant) async throws {
        try handle.set(CURLOPT_NOSIGNAL, 1)
        try handle.set(CURLOPT_PROTOCOLS_STR, "http,https")
        try handle.set(CURLOPT_FOLLOWLOCATION, 0)
        try handle.set(CURLOPT_PROXY, "")
        try handle.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        try handle.set(CURLOPT_SSL_VERIFYPEER, 1)
        try handle.set(CURLOPT_SSL_VERIFYHOST, 2)
        if let certificates { try handle.set(CURLOPT_CAINFO, certificates) }
        try handle.set(CURLOPT_PATH_AS_IS, 1)
        if let path = origin.socketPath { return try handle.set(CURLOPT_UNIX_SOCKET_PATH, path) }
        guard SocketAddress(numeric: origin.host, port: origin.port) == nil else { return }
        let found = if let known { known } else { try await cached(origin).addresses(until: due) }
        let hosts = found.map { address in
            if case .ipv6 = address { "[\(address.host)]" } else { address.host }
        }
        guard !hosts.isEmpty else { throw HTTPClientError.connectFailed("\(origin) has no address") }
        // With the plus sign an entry is forgotten in the end. Long after a request may last before it connects: then curl would look itself.
        try handle.set(CURLOPT_DNS_CACHE_TIMEOUT, 600)
        try handle.set(CURLOPT_RESOLVE, ["+\(origin.host):\(origin.port):\(hosts.joined(separator: ","))"])
    }

    private func cached(_ origin: HTTPOrigin) -> AddressCache {
        let cache = addresses[origin] ?? AddressCache(of: origin, on: loop)
        if addresses.count >= 256 { addresses = [:] }
        addresses[origin] = cache
        return cache
    }

    /// Says what to send.
    private func describe(_ head: HTTPRequest, _ body: OutgoingBody, to handle: CurlHandle) throws {
        // Fields that curl would add by itself are switched off by an empty line.
        var lines = ["Expect:"]
        for name in [HTTPFieldName.contentType, .accept] where !head.fields.contains(name) { lines.append("\(name):") }
        for field in head.fields {
            switch field.name {
            case "connection", "content-length", "transfer-encoding", "expect": continue
            default: lines.append(field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
            }
        }
        switch body {
        case .none where head.method == .head:
            try handle.set(CURLOPT_NOBODY, 1)
        case .none where head.method == .get:
            try handle.set(CURLOPT_HTTPGET, 1)
        case .none:
            if [.post, .put, .patch].contains(head.method) { try handle.setBody([]) }
        case .bytes(let bytes):
            try handle.setBody(bytes)
        case .stream(let stream):
            try handle.set(CURLOPT_UPLOAD, 1)
            if let length = stream.length { try handle.setSize(CURLOPT_INFILESIZE_LARGE, length) }
        }
        if head.method != .head { try handle.set(CURLOPT_CUSTOMREQUEST, head.method.name) }
        try handle.set(CURLOPT_HTTPHEADER, lines)
    }
}
