/// A status code.
package struct HTTPStatus: Hashable, Sendable, CustomStringConvertible {
    /// The three digits.
    package let code: Int

    /// The status of a code that comes from elsewhere; nil outside 100...999.
    package init?(code: Int) {
        guard (100...999).contains(code) else { return nil }
        self.code = code
    }

    private init(known code: Int) {
        self.code = code
    }

    /// Whether the status only informs and another response follows.
    package var isInformational: Bool { code < 200 }

    /// Whether the request was met.
    package var isSuccess: Bool { code >= 200 && code < 300 }

    /// Whether a response of this status never has a body.
    package var forbidsBody: Bool { code < 200 || code == 204 || code == 304 }

    /// The code and its reason phrase.
    package var description: String { "\(code) \(reasonPhrase)" }

    /// The registered reason phrase; empty for a code without one.
    package var reasonPhrase: String {
        switch code {
        case 100: "Continue"
        case 101: "Switching Protocols"
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 206: "Partial Content"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 303: "See Other"
        case 304: "Not Modified"
        case 307: "Temporary Redirect"
        case 308: "Permanent Redirect"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 402: "Payment Required"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 411: "Length Required"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 416: "Range Not Satisfiable"
        case 417: "Expectation Failed"
        case 422: "Unprocessable Content"
        case 423: "Locked"
        case 425: "Too Early"
        case 426: "Upgrade Required"
        case 428: "Precondition Required"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        default: ""
        }
    }
}

extension HTTPStatus {
    package static var switchingProtocols: Self { Self(known: 101) }
    package static var ok: Self { Self(known: 200) }
    package static var created: Self { Self(known: 201) }
    package static var accepted: Self { Self(known: 202) }
    package static var noContent: Self { Self(known: 204) }
    package static var partialContent: Self { Self(known: 206) }
    package static var movedPermanently: Self { Self(known: 301) }
    package static var found: Self { Self(known: 302) }
    package static var notModified: Self { Self(known: 304) }
    package static var badRequest: Self { Self(known: 400) }
    package static var unauthorized: Self { Self(known: 401) }
    package static var forbidden: Self { Self(known: 403) }
    package static var notFound: Self { Self(known: 404) }
    package static var methodNotAllowed: Self { Self(known: 405) }
    package static var requestTimeout: Self { Self(known: 408) }
    package static var contentTooLarge: Self { Self(known: 413) }
    package static var uriTooLong: Self { Self(known: 414) }
    package static var expectationFailed: Self { Self(known: 417) }
    package static var unprocessableContent: Self { Self(known: 422) }
    package static var tooManyRequests: Self { Self(known: 429) }
    package static var requestHeaderFieldsTooLarge: Self { Self(known: 431) }
    package static var internalServerError: Self { Self(known: 500) }
    package static var notImplemented: Self { Self(known: 501) }
    package static var badGateway: Self { Self(known: 502) }
    package static var serviceUnavailable: Self { Self(known: 503) }
    package static var httpVersionNotSupported: Self { Self(known: 505) }
}
