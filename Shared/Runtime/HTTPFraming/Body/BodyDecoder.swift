import HTTPMessage

/// Finds the end of a body, however it is framed.
enum BodyDecoder {
    case length(remaining: Int)
    /// Boxed, since it is large and most bodies are not chunked.
    indirect case chunked(ChunkedDecoder)
    case untilClose(bytesLeft: Int)

    init(_ framing: HTTPBodyFraming, _ limits: HTTPFramingLimits) throws(HTTPFramingError) {
        switch framing {
        case .none:
            self = .length(remaining: 0)
        case .length(let length):
            guard length <= limits.bodyBytes else { throw HTTPFramingError(.bodyTooLarge) }
            self = .length(remaining: length)
        case .chunked:
            self = .chunked(ChunkedDecoder(limits))
        case .untilClose:
            self = .untilClose(bytesLeft: limits.bodyBytes)
        }
    }

    mutating func next(_ input: Span<UInt8>, from position: inout Int) throws(HTTPFramingError) -> ChunkedDecoder.Event? {
        switch self {
        case .length(let remaining):
            if remaining == 0 { return .end(trailers: HTTPFields()) }
            guard position < input.count else { return nil }
            let place = position..<position + min(remaining, input.count - position)
            position = place.upperBound
            self = .length(remaining: remaining - place.count)
            return .data(place)
        case .chunked(var decoder):
            // Taken out and put back, so that what it gathers is not copied.
            self = .length(remaining: 0)
            defer { self = .chunked(decoder) }
            return try decoder.next(input, from: &position)
        case .untilClose(let bytesLeft):
            guard position < input.count else { return nil }
            let place = position..<input.count
            guard place.count <= bytesLeft else { throw HTTPFramingError(.bodyTooLarge) }
            position = place.upperBound
            self = .untilClose(bytesLeft: bytesLeft - place.count)
            return .data(place)
        }
    }
}
