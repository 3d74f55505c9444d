internal import CCurl
package import HTTPClient

/// An absolute `http` or `https` URL taken apart: whom to ask, and for what.
package struct HTTPURL: Hashable, Sendable, CustomStringConvertible {
    /// The server.
    package let origin: HTTPOrigin
    /// Path and query, beginning with `/`; a fragment is dropped.
    package let target: String

    /// Parses a URL (`https://host:port/path?query`), or the path of a unix socket (`unix:/run/x.sock`).
    /// nil for anything else: another scheme, a user name, a space, a port out of range.
    package init?(_ text: String) {
        guard !text.utf8.contains(0) else { return nil }
        if let path = HTTPOrigin.socketPath(text) {
            origin = HTTPOrigin(socketPath: path)
            target = "/"
            return
        }
        guard let handle = unsafe curl_url() else { return nil }
        defer { unsafe curl_url_cleanup(handle) }
        let flags = UInt32(CURLU_DISALLOW_USER)
        guard unsafe curl_url_set(handle, CURLUPART_URL, text, flags) == CURLUE_OK,
            let scheme = unsafe Self.part(CURLUPART_SCHEME, of: handle).flatMap(HTTPOrigin.Scheme.init(rawValue:)),
            let host = unsafe Self.part(CURLUPART_HOST, of: handle), !host.isEmpty,
            let port = unsafe Self.part(CURLUPART_PORT, of: handle).flatMap(UInt16.init), port > 0,
            let path = unsafe Self.part(CURLUPART_PATH, of: handle)
        else { return nil }
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        origin = HTTPOrigin(scheme: scheme, host: bare, port: port)
        target = unsafe Self.part(CURLUPART_QUERY, of: handle).map { "\(path)?\($0)" } ?? path
    }

    /// curl hands out a copy, which is freed here.
    private static func part(_ part: CURLUPart, of handle: OpaquePointer) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard unsafe curl_url_get(handle, part, &text, UInt32(CURLU_DEFAULT_PORT)) == CURLUE_OK, let text = unsafe text else { return nil }
        defer { unsafe curl_free(text) }
        return unsafe String(cString: text)
    }

    /// The URL as text.
    package var description: String { origin.socketPath == nil ? "\(origin)\(target)" : origin.description }
}
