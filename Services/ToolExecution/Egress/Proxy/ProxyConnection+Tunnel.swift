internal import EventLoop
internal import HTTPFraming
internal import HTTPMessage

extension ProxyConnection {
    private static let connectTimeout = Duration.seconds(10)

    private static let helloTimeout = Duration.seconds(30)
    /// A fatal alert of TLS: unrecognized_name.
    private static let alert: [UInt8] = [21, 3, 3, 0, 2, 2, 112]

    /// `CONNECT host:port`: TLS for that host and no other, in both directions until either side has ended.
    func tunnel() async throws {
        let target = try Self.tunnelTarget(takeHead())
        let addresses = try await admit(target)
        let upstream = try await connect(to: addresses)
        defer { upstream.close() }
        hasAnswered = true
        try await stream.write(Array("HTTP/1.1 200 Connection established\r\n\r\n".utf8))
        do {
            try await hello()
            note(status: 200)
            try await passOn(upstream, for: target)
        } catch let refusal as MisnamedTunnel {
            try? await stream.write(Self.alert)
            throw refusal.reason
        }
    }

    /// A tunnel that is not, or no longer, for whom it was asked for.
    private struct MisnamedTunnel: Error {
        let reason: EgressRefusal

        init(_ reason: String) { self.reason = EgressRefusal(status: .forbidden, reason: reason) }
    }

    /// Both directions, until either side has ended.
    private func passOn(_ upstream: SocketStream, for target: EgressTarget) async throws {
        let rest = input[position...]
        try await loop.withTaskScope { [self] scope in
            scope.spawn { [self] in
                try await upstream.write(checked(rest, for: target))
                while true {
                    var bytes: [UInt8] = []
                    guard try await stream.read(appendingTo: &bytes) > 0 else { break }
                    try countSent(bytes.count)
                    try await upstream.write(checked(bytes[...], for: target))
                }
                upstream.shutdownWriting()
            }
            while true {
                var bytes: [UInt8] = []
                guard try await upstream.read(appendingTo: &bytes) > 0 else { break }
                negotiation.take(fromServer: bytes[...])
                try await send(bytes[...])
            }
            // What the sandbox may still send has nobody to answer it.
            scope.cancelAll()
        }
    }

    /// What of the sandbox's bytes may be passed on now.
    private func checked(_ bytes: ArraySlice<UInt8>, for target: EgressTarget) throws -> ArraySlice<UInt8> {
        do {
            return try negotiation.take(fromClient: bytes) { try check($0, for: target) }
        } catch is ClientHello.Malformed {
            throw MisnamedTunnel("a tunnel carries TLS, and this does not go on like it")
        }
    }

    /// Waits until what the sandbox says first is whole.
    private func hello() async throws {
        do {
            try await loop.withTimeout(Self.helloTimeout) { [self] in
                var reader = ClientHelloReader()
                while try reader.read(input[position...]) == nil {
                    guard try await receive() > 0 else { throw ClientHello.Malformed() }
                }
            }
        } catch is ClientHello.Malformed {
            throw MisnamedTunnel("a tunnel carries TLS, and this does not begin with it")
        } catch is TimedOut {
            throw MisnamedTunnel("a tunnel carries TLS, and nothing was said in it")
        }
    }

    /// A server may have other names beside the one that was granted: it is to be asked for that one. An address has no name.
    private func check(_ hello: ClientHello, for target: EgressTarget) throws {
        let isAddress = SocketAddress(numeric: target.host, port: target.port) != nil
        guard hello.serverName != (isAddress ? nil : target.host) else { return }
        let named = hello.serverName.map { "\($0) was asked for in it" } ?? "no name was asked for in it"
        throw MisnamedTunnel("the tunnel is to \(target.host), and \(named)")
    }

    private func takeHead() throws -> String {
        guard let headEnd = input.firstRange(of: Array("\r\n\r\n".utf8)), headEnd.upperBound <= Self.longestHead else {
            throw HTTPFramingError(.headTooLarge)
        }
        position = headEnd.upperBound
        return String(decoding: input[..<headEnd.lowerBound], as: UTF8.self)
    }

    /// What the first line of a head asks for.
    static func tunnelTarget(_ head: String) throws -> EgressTarget {
        let line = head.prefix { $0 != "\r\n" && $0 != "\r" && $0 != "\n" }.split(separator: " ", omittingEmptySubsequences: false)
        guard line.count == 3, line[2].hasPrefix("HTTP/1."), let colon = line[1].lastIndex(of: ":"),
            let port = UInt16(line[1][line[1].index(after: colon)...]), port > 0
        else { throw HTTPFramingError(.malformedStartLine) }
        var host = HostName.normal(line[1][..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        guard HostName.isValid(host) || SocketAddress(numeric: host, port: port) != nil else { throw HTTPFramingError(.malformedTarget) }
        return EgressTarget(method: .connect, host: host, port: port, path: nil)
    }

    private func connect(to addresses: [SocketAddress]) async throws -> SocketStream {
        var reason = "there is no address"
        for address in addresses.prefix(4) {
            do {
                return try await loop.connect(to: address, timeout: Self.connectTimeout)
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                reason = "\(error)"
            }
        }
        throw EgressRefusal(status: .badGateway, reason: "no connection: \(reason)")
    }
}
