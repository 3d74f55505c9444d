package import HTTPMessage

/// Why a message was refused. Whoever gets one answers with `status` and closes the connection: where the next
/// message would begin is not known any more.
package struct HTTPFramingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    package enum Reason: String, Hashable, Sendable {
        case malformedStartLine = "malformed start line"
        case malformedTarget = "malformed request target"
        case startLineTooLong = "start line too long"
        case unsupportedVersion = "unsupported HTTP version"
        case unsupportedMethod = "unsupported method"
        case bareLineFeed = "line feed without carriage return"
        case bareCarriageReturn = "carriage return without line feed"
        case foldedField = "folded field line"
        case malformedFieldName = "malformed field name"
        case malformedFieldValue = "control byte in a field value"
        case headTooLarge = "head too large"
        case tooManyFields = "too many fields"
        case missingHost = "missing Host"
        case repeatedHost = "more than one Host"
        case malformedHost = "malformed Host"
        case malformedContentLength = "malformed Content-Length"
        case repeatedContentLength = "more than one Content-Length"
        case repeatedTransferEncoding = "more than one Transfer-Encoding"
        case unsupportedTransferCoding = "unsupported transfer coding"
        case transferEncodingOnVersion10 = "Transfer-Encoding on HTTP/1.0"
        case lengthAndTransferEncoding = "Content-Length together with Transfer-Encoding"
        case unsupportedExpectation = "unsupported expectation"
        case bodyTooLarge = "body too large"
        case malformedChunkSize = "malformed chunk size"
        case malformedChunkExtension = "malformed chunk extension"
        case chunkExtensionsTooLong = "chunk extensions too long"
        case malformedChunkEnd = "chunk data not followed by a line end"
        case framingFieldInTrailer = "framing field in a trailer"
        case unexpectedEnd = "message cut off"
    }

    /// What is wrong.
    package let reason: Reason

    /// An error of this kind.
    package init(_ reason: Reason) {
        self.reason = reason
    }

    /// The status of the answer to a request that is refused for this reason.
    package var status: HTTPStatus {
        switch reason {
        case .startLineTooLong: .uriTooLong
        case .headTooLarge, .tooManyFields: .requestHeaderFieldsTooLarge
        case .bodyTooLarge: .contentTooLarge
        case .unsupportedTransferCoding, .unsupportedMethod: .notImplemented
        case .unsupportedVersion: .httpVersionNotSupported
        case .unsupportedExpectation: .expectationFailed
        default: .badRequest
        }
    }

    /// The reason in words, fit to be shown to whoever sent the message.
    package var description: String { reason.rawValue }
}
