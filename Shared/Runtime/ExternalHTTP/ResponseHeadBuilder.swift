internal import HTTPFraming
internal import HTTPMessage

/// Puts a response head together from the lines that curl hands out, interim responses passed over.
struct ResponseHeadBuilder {
    /// The head, once it is complete.
    private(set) var response: HTTPResponse?
    private var status: HTTPStatus?
    private var fields = HTTPFields()
    private var byteCount = 0

    /// Takes a line with its line end; those after the head, which are trailers, are left out.
    mutating func take(_ line: UnsafeRawBufferPointer, _ limits: HTTPFramingLimits) throws(HTTPFramingError) {
        guard response == nil else { return }
        byteCount += line.count
        guard byteCount <= limits.headBytes else { throw HTTPFramingError(.headTooLarge) }
        var end = line.count
        while end > 0, unsafe line[end - 1] == 0x0D || line[end - 1] == 0x0A { end -= 1 }
        let text = unsafe line[..<end]
        if status == nil { return try unsafe begin(text) }
        if unsafe text.isEmpty { return finish() }
        guard fields.count < limits.fieldCount else { throw HTTPFramingError(.tooManyFields) }
        guard let colon = unsafe text.firstIndex(of: UInt8(ascii: ":")),
            let name = unsafe HTTPFieldName(String(decoding: text[..<colon], as: UTF8.self))
        else { throw HTTPFramingError(.malformedFieldName) }
        var value = unsafe text[(colon + 1)...]
        while let first = unsafe value.first, first == 0x20 || first == 0x09 { unsafe value = value.dropFirst() }
        while let last = unsafe value.last, last == 0x20 || last == 0x09 { unsafe value = value.dropLast() }
        unsafe fields.append(name, String(decoding: value, as: UTF8.self))
    }

    /// `HTTP/1.1 200 OK`
    private mutating func begin(_ line: Slice<UnsafeRawBufferPointer>) throws(HTTPFramingError) {
        let parts = unsafe line.split(separator: 0x20, maxSplits: 2)
        guard unsafe parts.count >= 2, unsafe parts[0].starts(with: "HTTP/".utf8),
            let status = unsafe Int(String(decoding: parts[1], as: UTF8.self)).flatMap(HTTPStatus.init(code:))
        else { throw HTTPFramingError(.malformedStartLine) }
        self.status = status
    }

    private mutating func finish() {
        if let status, !status.isInformational { response = HTTPResponse(status: status, fields: fields) }
        status = nil
        fields = HTTPFields()
    }
}
