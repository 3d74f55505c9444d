import ExternalHTTP
import HTTPClient
import Testing

@Suite("URLs")
struct HTTPURLTests {
    @Test(
        "a URL is taken apart",
        arguments: [
            ("http://127.0.0.1:8081", "127.0.0.1", 8081, "/", "127.0.0.1:8081"),
            ("https://api.example.com/v1?a=b&c#d", "api.example.com", 443, "/v1?a=b&c", "api.example.com"),
            ("HTTP://Example.com:80/", "Example.com", 80, "/", "Example.com"),
            ("http://[::1]:9/x", "::1", 9, "/x", "[::1]:9"),
            ("https://example.com:8443/a%20b/", "example.com", 8443, "/a%20b/", "example.com:8443"),
        ])
    func parsed(text: String, host: String, port: UInt16, target: String, authority: String) throws {
        let url = try #require(HTTPURL(text))
        #expect(url.origin.host == host)
        #expect(url.origin.port == port)
        #expect(url.target == target)
        #expect(url.origin.authority == authority)
        #expect(HTTPURL(url.description) == url)
    }

    @Test("a unix socket is named by its path", arguments: ["unix:/run/x.sock", "unix:///run/x.sock"])
    func unixSocket(text: String) throws {
        let url = try #require(HTTPURL(text))
        #expect(url.origin.socketPath == "/run/x.sock")
        #expect(url.description == "unix:/run/x.sock")
    }

    @Test(
        "what is no address of a server is refused",
        arguments: [
            "", "example.com", "/path", "ftp://example.com/", "file:///etc/passwd", "http://", "http://user@example.com/",
            "http://user:secret@example.com/", "http://example.com:99999/", "http://example.com:0/", "http://a b/", "http://a/b c",
            "http://a\r\nb/", "http://a\0b/", "javascript:alert(1)", "unix:relative", "unix:/a\0b",
        ])
    func refused(text: String) {
        #expect(HTTPURL(text) == nil)
    }
}
