import HTTPMessage

/// What the fields of a head say about where its message ends and whether the connection lives on.
/// Each field is judged when its line is read, so that nothing has to be looked up again.
struct FramingFields {
    /// The place of the one Host value.
    private(set) var host: Range<Int>?
    private(set) var contentLength: Int?
    private(set) var isChunked = false
    private(set) var expectsContinue = false
    private(set) var saysClose = false
    private(set) var saysKeepAlive = false
    private(set) var saysUpgrade = false
    private(set) var any = false

    mutating func take(name: Range<Int>, value: Range<Int>, in bytes: Span<UInt8>) throws(HTTPFramingError) {
        switch name.count {
        case 4 where bytes.equal(name, lowercased: "host"):
            any = true
            guard host == nil else { throw HTTPFramingError(.repeatedHost) }
            host = value
        case 6 where bytes.equal(name, lowercased: "expect"):
            guard bytes.equal(value, lowercased: "100-continue") else { throw HTTPFramingError(.unsupportedExpectation) }
            expectsContinue = true
        case 10 where bytes.equal(name, lowercased: "connection"):
            takeConnection(value, in: bytes)
        case 14 where bytes.equal(name, lowercased: "content-length"):
            any = true
            guard contentLength == nil else { throw HTTPFramingError(.repeatedContentLength) }
            guard !isChunked else { throw HTTPFramingError(.lengthAndTransferEncoding) }
            contentLength = try decimal(value, in: bytes)
        case 17 where bytes.equal(name, lowercased: "transfer-encoding"):
            any = true
            guard !isChunked else { throw HTTPFramingError(.repeatedTransferEncoding) }
            guard contentLength == nil else { throw HTTPFramingError(.lengthAndTransferEncoding) }
            guard bytes.equal(value, lowercased: "chunked") else { throw HTTPFramingError(.unsupportedTransferCoding) }
            isChunked = true
        default:
            break
        }
    }

    /// Digits and nothing else: a sign, a list or white space inside makes room for two readings.
    private func decimal(_ value: Range<Int>, in bytes: Span<UInt8>) throws(HTTPFramingError) -> Int {
        guard !value.isEmpty, value.count <= 18 else { throw HTTPFramingError(.malformedContentLength) }
        var number = 0
        for index in value {
            guard FieldCharacters.isDigit(bytes[index]) else { throw HTTPFramingError(.malformedContentLength) }
            number = number * 10 + Int(bytes[index] - 0x30)
        }
        return number
    }

    private mutating func takeConnection(_ value: Range<Int>, in bytes: Span<UInt8>) {
        var start = value.lowerBound
        while start < value.upperBound {
            var end = start
            while end < value.upperBound, bytes[end] != UInt8(ascii: ",") { end += 1 }
            var option = start..<end
            while let first = option.first, bytes[first] == 0x20 || bytes[first] == 0x09 { option = option.dropFirst() }
            while let last = option.last, bytes[last] == 0x20 || bytes[last] == 0x09 { option = option.dropLast() }
            if bytes.equal(option, lowercased: "close") { saysClose = true }
            if bytes.equal(option, lowercased: "keep-alive") { saysKeepAlive = true }
            if bytes.equal(option, lowercased: "upgrade") { saysUpgrade = true }
            start = end + 1
        }
    }

    /// Whether another message may follow on the connection.
    func keepsAlive(_ version: HTTPVersion) -> Bool {
        !saysClose && (version == .http11 || saysKeepAlive)
    }
}
