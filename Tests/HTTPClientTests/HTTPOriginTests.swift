import HTTPClient
import Testing

@Suite("Addresses of servers", .timeLimit(.minutes(15)))
struct HTTPOriginTests {
    @Test(
        "a server is named by scheme, host and port",
        arguments: [
            ("http://127.0.0.1:8081", "127.0.0.1", 8081), ("http://agent:8082/", "agent", 8082), ("HTTP://Example.com", "Example.com", 80),
            ("https://api.example.com", "api.example.com", 443), ("http://[::1]:9", "::1", 9), ("http://[fe80::1]", "fe80::1", 80),
        ])
    func parsed(text: String, host: String, port: UInt16) throws {
        let origin = try #require(HTTPOrigin(text))
        #expect(origin.host == host && origin.port == port && origin.socketPath == nil)
        #expect(HTTPOrigin(origin.description) == origin)
    }

    @Test("a unix socket is named by its path", arguments: ["unix:/run/x.sock", "unix:///run/x.sock"])
    func unixSocket(text: String) throws {
        #expect(try #require(HTTPOrigin(text)).socketPath == "/run/x.sock")
    }

    @Test(
        "what is more than a server, or none, is refused",
        arguments: [
            "", "agent", "agent:80", "http://", "http:///", "ftp://agent", "http://agent/path", "http://agent?a", "http://agent:0",
            "http://agent:65536", "http://agent:+80", "http://agent:", "http://user@agent", "http://a b", "http://a\r\nb", "http://a\0b",
            "http://[::1", "http://[]", "http://[::1]80", "http://[agent]", "unix:relative", "unix:/a\0b",
        ])
    func refused(text: String) {
        #expect(HTTPOrigin(text) == nil)
    }
}
