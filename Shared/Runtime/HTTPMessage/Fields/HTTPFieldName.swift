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
    /// `accept`
    package static var accept: Self { Self(known: "accept") }
    /// `accept-ranges`
    package static var acceptRanges: Self { Self(known: "accept-ranges") }
    /// `allow`
    package static var allow: Self { Self(known: "allow") }
    /// `authorization`
    package static var authorization: Self { Self(known: "authorization") }
    /// `cache-control`
    package static var cacheControl: Self { Self(known: "cache-control") }
    /// `connection`
    package static var connection: Self { Self(known: "connection") }
    /// `content-disposition`
    package static var contentDisposition: Self { Self(known: "content-disposition") }
    /// `content-length`
    package static var contentLength: Self { Self(known: "content-length") }
    /// `content-range`
    package static var contentRange: Self { Self(known: "content-range") }
    /// `content-type`
    package static var contentType: Self { Self(known: "content-type") }
    /// `date`
    package static var date: Self { Self(known: "date") }
    /// `etag`
    package static var etag: Self { Self(known: "etag") }
    /// `expect`
    package static var expect: Self { Self(known: "expect") }
    /// `host`
    package static var host: Self { Self(known: "host") }
    /// `if-match`
    package static var ifMatch: Self { Self(known: "if-match") }
    /// `if-none-match`
    package static var ifNoneMatch: Self { Self(known: "if-none-match") }
    /// `link`
    package static var link: Self { Self(known: "link") }
    /// `location`
    package static var location: Self { Self(known: "location") }
    /// `origin`
    package static var origin: Self { Self(known: "origin") }
    /// `prefer`
    package static var prefer: Self { Self(known: "prefer") }
    /// `preference-applied`
    package static var preferenceApplied: Self { Self(known: "preference-applied") }
    /// `range`
    package static var range: Self { Self(known: "range") }
    /// `retry-after`
    package static var retryAfter: Self { Self(known: "retry-after") }
    /// `traceparent`
    package static var traceparent: Self { Self(known: "traceparent") }
    /// `transfer-encoding`
    package static var transferEncoding: Self { Self(known: "transfer-encoding") }
    /// `upgrade`
    package static var upgrade: Self { Self(known: "upgrade") }
    /// `user-agent`
    package static var userAgent: Self { Self(known: "user-agent") }
    /// `vary`
    package static var vary: Self { Self(known: "vary") }
    /// `www-authenticate`
    package static var wwwAuthenticate: Self { Self(known: "www-authenticate") }
    /// `x-content-type-options`
    package static var contentTypeOptions: Self { Self(known: "x-content-type-options") }
    /// `x-forwarded-for`
    package static var forwardedFor: Self { Self(known: "x-forwarded-for") }
    /// `x-request-id`
    package static var requestID: Self { Self(known: "x-request-id") }
}
