internal import EventLoop
internal import ExternalHTTP
internal import HTTPClient
internal import HTTPFraming
internal import HTTPMessage

extension ProxyConnection {
    /// A request for an absolute URL: asked by the proxy, over TLS when it is an https URL, and answered with what came.
    func forward() async throws {
        var parser = HTTPRequestParser()
        let bytes = input
        guard case .head(let head)? = try parser.next(bytes.span, from: &position) else { throw HTTPFramingError(.malformedStartLine) }
        let (target, origin, path) = try Self.target(of: head.request)
        let addresses = try await admit(target)
        if head.expectsContinue {
            var output: [UInt8] = []
            HTTPWriter.writeContinue(into: &output)
            try await stream.write(output)
        }
        var fields = Self.passedOn(head.request.fields)
        for (name, value) in try await session.secrets(for: target, isEncrypted: origin.scheme == .https) {
            fields.removeAll(name)
            fields.append(name, value)
        }
        let body = RequestBody(parser, of: self)
        var request = HTTPClientRequest(head.request.method, path, fields: fields, body: body.content(head.body))
        request.timeouts.connection = .seconds(10)
        do {
            try await pass(try await session.gateway.client.send(request, to: origin, at: addresses), for: head)
        } catch let error as HTTPClientError {
            if let failure = body.failure { throw failure }
            throw EgressRefusal(status: .badGateway, reason: error.description)
        }
    }

    /// What a request asks for, whom, and with which path and query.
    static func target(of request: HTTPRequest) throws -> (EgressTarget, HTTPOrigin, path: String) {
        guard let url = HTTPURL(request.target), url.origin.socketPath == nil else {
            throw EgressRefusal(status: .badRequest, reason: "this is a proxy: it is asked for absolute http and https URLs, or CONNECT")
        }
        let host = HostName.normal(url.origin.host)
        // What is no plain name might be another one to curl than to the resolver.
        guard HostName.isValid(host) || SocketAddress(numeric: host, port: url.origin.port) != nil else {
            throw HTTPFramingError(.malformedTarget)
        }
        let target = EgressTarget(
            method: request.method, host: host, port: url.origin.port, path: String(HTTPRequest.path(of: url.target).prefix(2048)))
        return (target, HTTPOrigin(scheme: url.origin.scheme, host: host, port: url.origin.port), url.target)
    }

    private func pass(_ response: HTTPClientResponse, for head: HTTPRequestHead) async throws {
        note(status: response.status.code)
        let hasNoBody = head.request.method == .head || response.status.forbidsBody
        let framing: HTTPBodyFraming
        if hasNoBody {
            framing = .untilClose
        } else if let length = response.body.length {
            framing = length == 0 ? .none : .length(length)
        } else {
            framing = head.request.version == .http11 ? .chunked : .untilClose
        }
        var output: [UInt8] = []
        HTTPWriter.write(
            HTTPResponse(status: response.status, fields: Self.passedOn(response.fields)), body: framing, connection: .close, into: &output)
        hasAnswered = true
        try await send(output[...])
        guard !hasNoBody else { return }
        while let piece = try await response.body.next() {
            guard framing == .chunked else {
                try await send(piece)
                continue
            }
            output.removeAll(keepingCapacity: true)
            HTTPWriter.writeChunk(piece, into: &output)
            try await send(output[...])
        }
        if framing == .chunked { try await stream.write(Array("0\r\n\r\n".utf8)) }
    }

    private static let hopByHop: Set<String> = [
        "connection", "proxy-connection", "keep-alive", "proxy-authorization", "proxy-authenticate", "te", "trailer", "transfer-encoding",
        "upgrade", "host", "content-length", "expect",
    ]

    /// The fields that are meant for the other end (RFC 9110, 7.6.1).
    static func passedOn(_ fields: HTTPFields) -> HTTPFields {
        let named = (fields.combinedValue(of: .connection) ?? "").lowercased().split(separator: ",")
            .map { String($0.drop { $0 == " " }.prefix { $0 != " " }) }
        let dropped = hopByHop.union(named)
        var passed = fields
        for name in dropped { if let name = HTTPFieldName(name) { passed.removeAll(name) } }
        return passed
    }
}

/// The body of a request on its way through.
private final class RequestBody {
    private var parser: HTTPRequestParser
    private let connection: ProxyConnection
    /// Why it ended early, when that was not the other end's doing.
    private(set) var failure: (any Error)?

    init(_ parser: HTTPRequestParser, of connection: ProxyConnection) {
        self.parser = parser
        self.connection = connection
    }

    func content(_ framing: HTTPBodyFraming) -> HTTPClientRequest.Body {
        switch framing {
        case .none: .none
        case .length(let length): .stream(length: length) { try await self.next() }
        case .chunked, .untilClose: .stream(length: nil) { try await self.next() }
        }
    }

    private func next() async throws -> ArraySlice<UInt8>? {
        do {
            while true {
                let input = connection.input
                switch try parser.next(input.span, from: &connection.position) {
                case .body(let place): return ArraySlice(Array(input[place]))
                case .end: return nil
                case .head: throw HTTPFramingError(.malformedStartLine)
                case nil: guard try await connection.receive() > 0 else { throw HTTPFramingError(.unexpectedEnd) }
                }
            }
        } catch {
            failure = error
            throw error
        }
    }
}
