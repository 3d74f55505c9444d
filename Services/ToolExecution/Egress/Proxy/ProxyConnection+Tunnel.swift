internal import EventLoop
internal import HTTPFraming
internal import HTTPMessage

extension ProxyConnection {
    private static let connectTimeout = Duration.seconds(10)

    /// `CONNECT host:port`: bytes in both directions until either side has ended.
    func tunnel() async throws {
        let target = try Self.tunnelTarget(takeHead())
        let addresses = try await admit(target)
        let upstream = try await connect(to: addresses)
        defer { upstream.close() }
        let rest = input[position...]
        note(status: 200)
        hasAnswered = true
        try await stream.write(Array("HTTP/1.1 200 Connection established\r\n\r\n".utf8))
        try await loop.withTaskScope { [self] scope in
            scope.spawn { [self] in
                try await upstream.write(rest)
                while true {
                    var bytes: [UInt8] = []
                    guard try await stream.read(appendingTo: &bytes) > 0 else { break }
                    try countSent(bytes.count)
                    try await upstream.write(bytes)
                }
                upstream.shutdownWriting()
            }
            while true {
                var bytes: [UInt8] = []
                guard try await upstream.read(appendingTo: &bytes) > 0 else { break }
                try await send(bytes[...])
            }
            // What the sandbox may still send has nobody to answer it.
            stream.close()
        }
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
