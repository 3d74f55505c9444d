import HTTPMessage

/// Takes chunks off the bytes of a body (RFC 9112, 7.1).
struct ChunkedDecoder {
    enum Event {
        /// Body bytes, at this place of the input.
        case data(Range<Int>)
        /// The body is over.
        case end(trailers: HTTPFields)
    }

    private enum State {
        case size(Int, digits: Int)
        case chunkExtension(size: Int)
        case sizeLineFeed(size: Int)
        case data(remaining: Int)
        case dataReturn
        case dataLineFeed
        case trailers
    }

    private var state = State.size(0, digits: 0)
    private var extensionBytesLeft: Int
    private var bodyBytesLeft: Int
    private var trailers: SectionParser

    init(_ limits: HTTPFramingLimits) {
        extensionBytesLeft = limits.chunkExtensionBytes
        bodyBytesLeft = limits.bodyBytes
        trailers = SectionParser(.trailers, limits)
    }

    /// Reads on from `position`, which moves past what was taken; nil when the input is used up.
    mutating func next(_ input: Span<UInt8>, from position: inout Int) throws(HTTPFramingError) -> Event? {
        while true {
            if case .trailers = state {
                guard let bytes = try trailers.next(input, from: &position) else { return nil }
                guard !trailers.framing.any else { throw HTTPFramingError(.framingFieldInTrailer) }
                return .end(trailers: trailers.takeFields(bytes))
            }
            guard position < input.count else { return nil }
            if case .data(let remaining) = state {
                let end = position + min(remaining, input.count - position)
                let place = position..<end
                position = end
                state = place.count == remaining ? .dataReturn : .data(remaining: remaining - place.count)
                return .data(place)
            }
            let byte = input[position]
            position += 1
            state = try next(byte)
        }
    }

    private mutating func next(_ byte: UInt8) throws(HTTPFramingError) -> State {
        switch state {
        case .size(let size, let digits):
            return try sizeByte(byte, size: size, digits: digits)
        case .chunkExtension(let size):
            if byte == 0x0D { return .sizeLineFeed(size: size) }
            guard FieldCharacters.isValue(byte) else { throw HTTPFramingError(.malformedChunkExtension) }
            guard extensionBytesLeft > 0 else { throw HTTPFramingError(.chunkExtensionsTooLong) }
            extensionBytesLeft -= 1
            return .chunkExtension(size: size)
        case .sizeLineFeed(let size):
            guard byte == 0x0A else { throw HTTPFramingError(.bareCarriageReturn) }
            guard size <= bodyBytesLeft else { throw HTTPFramingError(.bodyTooLarge) }
            bodyBytesLeft -= size
            return size == 0 ? .trailers : .data(remaining: size)
        case .dataReturn:
            guard byte == 0x0D else { throw HTTPFramingError(.malformedChunkEnd) }
            return .dataLineFeed
        case .dataLineFeed:
            guard byte == 0x0A else { throw HTTPFramingError(.malformedChunkEnd) }
            return .size(0, digits: 0)
        case .data, .trailers:
            return state
        }
    }

    private func sizeByte(_ byte: UInt8, size: Int, digits: Int) throws(HTTPFramingError) -> State {
        if let digit = FieldCharacters.hexadecimalValue(byte) {
            guard digits < 15 else { throw HTTPFramingError(.malformedChunkSize) }
            return .size(size << 4 | Int(digit), digits: digits + 1)
        }
        guard digits > 0 else { throw HTTPFramingError(.malformedChunkSize) }
        switch byte {
        case 0x0D: return .sizeLineFeed(size: size)
        case UInt8(ascii: ";"): return .chunkExtension(size: size)
        default: throw HTTPFramingError(.malformedChunkSize)
        }
    }
}
