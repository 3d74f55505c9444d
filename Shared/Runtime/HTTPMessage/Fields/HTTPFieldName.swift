/// A field name: a token, compared without regard to case and sent in lower case.
package struct HTTPFieldName: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The name in lower case.
    package let lowercased: String

    /// A name that comes from elsewhere; nil unless it is a token.
    package init?(_ text: String) {
        guard !text.isEmpty, text.utf8.allSatisfy(FieldCharacters.isToken) else { return nil }
        lowercased = text.lowercased()
    }

    /// A name written in the source; it must be a token.
    package init(stringLiteral text: String) {
        // Nearly all are in lower case already, and a literal is not copied then.
        let bytes = text.utf8Span.span
        var isLowercased = !bytes.isEmpty
        for index in bytes.indices {
            precondition(FieldCharacters.isToken(bytes[index]), "a field name must be a token")
            if bytes[index] != FieldCharacters.lowercased(bytes[index]) { isLowercased = false }
        }
        lowercased = isLowercased ? text : text.lowercased()
    }

    private init(known: String) {
        lowercased = known
    }

    /// The name in lower case.
    package var description: String { lowercased }
}

// Names that are used on most requests: no check and no allocation on the way.
extension HTTPFieldName {
    package static var accept: Self { Self(known: "accept") }
    package static var acceptRanges: Self { Self(known: "accept-ranges") }
    package static var allow: Self { Self(known: "allow") }
    package static var authorization: Self { Self(known: "authorization") }
    package static var cacheControl: Self { Self(known: "cache-control") }
    package static var connection: Self { Self(known: "connection") }
    package static var contentDisposition: Self { Self(known: "content-disposition") }
    package static var contentLength: Self { Self(known: "content-length") }
    package static var contentRange: Self { Self(known: "content-range") }
    package static var contentType: Self { Self(known: "content-type") }
    package static var date: Self { Self(known: "date") }
    package static var etag: Self { Self(known: "etag") }
    package static var expect: Self { Self(known: "expect") }
    package static var host: Self { Self(known: "host") }
    package static var ifMatch: Self { Self(known: "if-match") }
    package static var ifNoneMatch: Self { Self(known: "if-none-match") }
    package static var link: Self { Self(known: "link") }
    package static var location: Self { Self(known: "location") }
    package static var origin: Self { Self(known: "origin") }
    package static var prefer: Self { Self(known: "prefer") }
    package static var preferenceApplied: Self { Self(known: "preference-applied") }
    package static var range: Self { Self(known: "range") }
    package static var retryAfter: Self { Self(known: "retry-after") }
    package static var traceparent: Self { Self(known: "traceparent") }
    package static var transferEncoding: Self { Self(known: "transfer-encoding") }
    package static var upgrade: Self { Self(known: "upgrade") }
    package static var userAgent: Self { Self(known: "user-agent") }
    package static var vary: Self { Self(known: "vary") }
    package static var wwwAuthenticate: Self { Self(known: "www-authenticate") }
    package static var contentTypeOptions: Self { Self(known: "x-content-type-options") }
    package static var forwardedFor: Self { Self(known: "x-forwarded-for") }
    package static var requestID: Self { Self(known: "x-request-id") }
}
