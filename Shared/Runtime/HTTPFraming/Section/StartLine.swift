import HTTPMessage

/// What the first line of a section said; places are offsets from the first byte of the section.
enum StartLine {
    case none
    case request(method: HTTPMethod, target: Range<Int>, version: HTTPVersion)
    case status(HTTPStatus, version: HTTPVersion)
}

/// What a section starts with.
enum SectionKind {
    case request
    case response
    case trailers
}

extension StartLine {
    /// Reads `method SP target SP version`: single spaces, nothing before and nothing after.
    static func request(_ line: Range<Int>, in bytes: Span<UInt8>) throws(HTTPFramingError) -> StartLine {
        var index = line.lowerBound
        while index < line.upperBound, FieldCharacters.isToken(bytes[index]) { index += 1 }
        guard index > line.lowerBound, index < line.upperBound, bytes[index] == 0x20 else { throw HTTPFramingError(.malformedStartLine) }
        let method = method(line.lowerBound..<index, in: bytes)
        let start = index + 1
        let end = bytes.firstOutsideTarget(in: start..<line.upperBound) ?? line.upperBound
        guard end > start else { throw HTTPFramingError(.malformedTarget) }
        guard end < line.upperBound else { throw HTTPFramingError(.malformedStartLine) }
        guard bytes[end] == 0x20 else { throw HTTPFramingError(.malformedTarget) }
        let version = try version(end + 1..<line.upperBound, in: bytes)
        return .request(method: method, target: start..<end, version: version)
    }

    /// Reads `version SP code [SP reason]`.
    static func status(_ line: Range<Int>, in bytes: Span<UInt8>) throws(HTTPFramingError) -> StartLine {
        guard line.count >= 12, bytes[line.lowerBound + 8] == 0x20 else { throw HTTPFramingError(.malformedStartLine) }
        let version = try version(line.lowerBound..<line.lowerBound + 8, in: bytes)
        var code = 0
        for index in line.lowerBound + 9..<line.lowerBound + 12 {
            guard FieldCharacters.isDigit(bytes[index]) else { throw HTTPFramingError(.malformedStartLine) }
            code = code * 10 + Int(bytes[index] - 0x30)
        }
        guard let status = HTTPStatus(code: code) else { throw HTTPFramingError(.malformedStartLine) }
        if line.count > 12 {
            guard bytes[line.lowerBound + 12] == 0x20 else { throw HTTPFramingError(.malformedStartLine) }
            for index in line.lowerBound + 13..<max(line.upperBound, line.lowerBound + 13) where !FieldCharacters.isValue(bytes[index]) {
                throw HTTPFramingError(.malformedStartLine)
            }
        }
        return .status(status, version: version)
    }

    private static func version(_ place: Range<Int>, in bytes: Span<UInt8>) throws(HTTPFramingError) -> HTTPVersion {
        let start = place.lowerBound
        guard place.count == 8, bytes[start] == UInt8(ascii: "H"), bytes[start + 1] == UInt8(ascii: "T"),
            bytes[start + 2] == UInt8(ascii: "T"), bytes[start + 3] == UInt8(ascii: "P"), bytes[start + 4] == UInt8(ascii: "/"),
            FieldCharacters.isDigit(bytes[start + 5]), bytes[start + 6] == UInt8(ascii: "."), FieldCharacters.isDigit(bytes[start + 7])
        else { throw HTTPFramingError(.malformedStartLine) }
        switch (bytes[start + 5], bytes[start + 7]) {
        case (UInt8(ascii: "1"), UInt8(ascii: "1")): return .http11
        case (UInt8(ascii: "1"), UInt8(ascii: "0")): return .http10
        default: throw HTTPFramingError(.unsupportedVersion)
        }
    }

    private static func method(_ place: Range<Int>, in bytes: Span<UInt8>) -> HTTPMethod {
        let start = place.lowerBound
        if place.count == 3, bytes[start] == UInt8(ascii: "G"), bytes[start + 1] == UInt8(ascii: "E"), bytes[start + 2] == UInt8(ascii: "T")
        {
            return .get
        }
        return HTTPMethod(bytes.text(place))
    }
}
