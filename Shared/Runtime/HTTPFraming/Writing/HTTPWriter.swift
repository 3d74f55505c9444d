package import HTTPMessage

/// What a message says about the connection after it.
package enum HTTPConnectionOption: Hashable, Sendable {
    /// Nothing: the default of the version holds.
    case unsaid
    /// `connection: keep-alive`, for clients that speak HTTP/1.0.
    case keepAlive
    /// `connection: close`
    case close
    /// `connection: upgrade`
    case upgrade
}

/// Writes messages into a byte array. The fields that frame a message (`content-length`, `transfer-encoding`,
/// `connection`) are written from its framing alone; lines of these names among its fields are left out.
package enum HTTPWriter {
    /// Adds the head of a response. `dateLine` is a whole line with its line end, or empty.
    package static func write(
        _ response: HTTPResponse, body: HTTPBodyFraming, connection: HTTPConnectionOption = .unsaid, dateLine: [UInt8] = [],
        into output: inout [UInt8]
    ) {
        if response.status == .ok {
            append("HTTP/1.1 200 OK\r\n", to: &output)
        } else {
            append("HTTP/1.1 ", to: &output)
            appendDecimal(response.status.code, to: &output)
            output.append(0x20)
            appendText(response.status.reasonPhrase, to: &output)
            append("\r\n", to: &output)
        }
        output.append(dateLine.span)
        writeFields(response.fields, body: response.status.forbidsBody ? nil : body, connection, into: &output)
    }

    /// Adds the head of a request. A request without a body says nothing of it, unless its method calls for one.
    /// `host` is what the field of that name says if it is not among the fields.
    package static func write(
        _ request: HTTPRequest, host: String? = nil, body: HTTPBodyFraming, into output: inout [UInt8]
    ) {
        appendText(request.method.name, to: &output)
        output.append(0x20)
        appendText(request.target, to: &output)
        if request.version == .http11 { append(" HTTP/1.1\r\n", to: &output) } else { append(" HTTP/1.0\r\n", to: &output) }
        if let host, !request.fields.contains(.host) {
            append("host: ", to: &output)
            appendText(host, to: &output)
            append("\r\n", to: &output)
        }
        let saysBody =
            switch request.method {
            case .post, .put, .patch: true
            default: body != .none
            }
        writeFields(request.fields, body: saysBody ? body : nil, .unsaid, into: &output)
    }

    /// Adds one chunk; an empty one is left out, for it would end the body.
    package static func writeChunk(_ bytes: ArraySlice<UInt8>, into output: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        appendHexadecimal(bytes.count, to: &output)
        append("\r\n", to: &output)
        output.append(contentsOf: bytes)
        append("\r\n", to: &output)
    }

    /// Adds the end of a chunked body.
    package static func writeLastChunk(trailers: HTTPFields = HTTPFields(), into output: inout [UInt8]) {
        append("0\r\n", to: &output)
        trailers.writeLines(except: framingFields, into: &output)
        append("\r\n", to: &output)
    }

    /// Adds the interim response that lets a waiting client send its body.
    package static func writeContinue(into output: inout [UInt8]) {
        append("HTTP/1.1 100 Continue\r\n\r\n", to: &output)
    }

    private static func writeFields(
        _ fields: HTTPFields, body: HTTPBodyFraming?, _ connection: HTTPConnectionOption, into output: inout [UInt8]
    ) {
        fields.writeLines(except: framingFields, into: &output)
        switch body {
        case nil, .untilClose: break
        case .some(.none): append("content-length: 0\r\n", to: &output)
        case .length(let length):
            append("content-length: ", to: &output)
            appendDecimal(length, to: &output)
            append("\r\n", to: &output)
        case .chunked: append("transfer-encoding: chunked\r\n", to: &output)
        }
        switch connection {
        case .unsaid: append("\r\n", to: &output)
        case .keepAlive: append("connection: keep-alive\r\n\r\n", to: &output)
        case .close: append("connection: close\r\n\r\n", to: &output)
        case .upgrade: append("connection: upgrade\r\n\r\n", to: &output)
        }
    }

    private static let framingFields = HTTPFieldNameSet([.connection, .contentLength, .transferEncoding])

    @inline(__always)
    private static func append(_ literal: StaticString, to output: inout [UInt8]) {
        literal.withUTF8Buffer { output.append(contentsOf: $0) }
    }

    private static func appendText(_ text: String, to output: inout [UInt8]) {
        output.append(text.utf8Span.span)
    }

    private static func appendDecimal(_ number: Int, to output: inout [UInt8]) {
        if number >= 10 { appendDecimal(number / 10, to: &output) }
        output.append(UInt8(truncatingIfNeeded: 0x30 + max(number, 0) % 10))
    }

    private static func appendHexadecimal(_ number: Int, to output: inout [UInt8]) {
        if number >= 16 { appendHexadecimal(number >> 4, to: &output) }
        let digit = UInt8(truncatingIfNeeded: number & 15)
        output.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
    }
}
