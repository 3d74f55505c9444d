internal import EventLoop
internal import HTTPFraming
internal import HTTPMessage
internal import Telemetry
internal import WireProtocol

/// One connection from a sandbox to its proxy: a tunnel (`CONNECT`), or one request for an absolute URL. What comes in is hostile.
final class ProxyConnection {
    let stream: SocketStream
    let session: EgressSession
    /// What was received and not taken.
    var input: [UInt8] = []
    var position = 0
    var hasAnswered = false
    /// Of a tunnel.
    var negotiation = TLSNegotiation()
    private(set) var end = EgressAudit.End()
    private var request: NetworkRequestID?
    private let requestsLeft: Int

    static let longestHead = 32 << 10
    private static let headTimeout = Duration.seconds(30)

    /// - Parameter requestsLeft: How many the sandbox has left after this one.
    init(_ stream: SocketStream, of session: EgressSession, requestsLeft: Int) {
        self.stream = stream
        self.session = session
        self.requestsLeft = requestsLeft
    }

    var loop: EventLoop { session.gateway.loop }

    /// Returns when the connection is over.
    func serve() async {
        do {
            try await loop.withTimeout(Self.headTimeout) { [self] in try await readHead() }
            if input.starts(with: "CONNECT ".utf8) { try await tunnel() } else { try await forward() }
        } catch let refusal as EgressRefusal {
            end.reason = refusal.reason
            end.status = refusal.status.code
            try? await answer(refusal.status, refusal.reason)
        } catch let error as HTTPFramingError {
            try? await answer(error.status, error.reason.rawValue)
        } catch {
            end.reason = end.reason ?? "the connection was lost"
        }
        stream.close()
        if let request { session.gateway.audit.end(request, of: session.origin, end) }
    }

    /// Asks whether a request may be made, and writes it down; returns the addresses that may be connected to.
    func admit(_ target: EgressTarget) async throws -> [SocketAddress] {
        do {
            let addresses = try await session.admit(target, requestsLeft: requestsLeft)
            request = try await session.gateway.audit.begin(target, of: session.origin)
            return addresses
        } catch let error where error is EgressRefusal || error is CancellationError {
            throw error
        } catch {
            session.gateway.log.warning("a request to the outside could not be written down, and is not made", ["error": .error(error)])
            throw EgressRefusal(status: .serviceUnavailable, reason: "the request cannot be written down now")
        }
    }

    private func readHead() async throws {
        var searched = 0
        while input[max(0, searched - 3)...].firstRange(of: Array("\r\n\r\n".utf8)) == nil {
            guard input.count <= Self.longestHead else { throw HTTPFramingError(.headTooLarge) }
            searched = input.count
            guard try await receive() > 0 else { throw SocketError.closed }
            // The first beyond the limit is read, to be written down; to write each would be the flood that the limit is for.
            if requestsLeft < -1 { throw EgressSession.tooManyRequests }
        }
    }

    private func answer(_ status: HTTPStatus, _ reason: String) async throws {
        guard !hasAnswered else { return }
        hasAnswered = true
        let body = Array("egress proxy: \(reason)\n".utf8)
        var output: [UInt8] = []
        HTTPWriter.write(
            HTTPResponse(status: status, fields: [.contentType: "text/plain; charset=utf-8"]), body: .length(body.count),
            connection: .close, into: &output)
        try await stream.write(output + body)
    }

    // MARK: Bytes, counted

    /// Appends what the sandbox sends to the input; 0 at its end.
    func receive() async throws -> Int {
        if position > 0, position == input.count {
            input.removeAll(keepingCapacity: true)
            position = 0
        }
        let count = try await stream.read(appendingTo: &input)
        try countSent(count)
        return count
    }

    func countSent(_ count: Int) throws {
        end.sentBytes += count
        try session.spend(count)
    }

    /// Passes bytes of the outside on to the sandbox.
    func send(_ bytes: ArraySlice<UInt8>) async throws {
        end.receivedBytes += bytes.count
        try session.spend(bytes.count)
        try await stream.write(bytes)
    }

    /// Notes what is to be written down of the answer.
    func note(status: Int) { end.status = status }
}
