import EventLoop
import HTTPMessage
import Testing
import WireProtocol

@testable import ToolExecutionService

@Suite("The rules of the way out", .timeLimit(.minutes(15)))
struct EgressRuleTests {
    @Test(
        "addresses that are not of the public internet are refused",
        arguments: [
            "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.9.9.9", "168.63.129.16",
            "169.254.169.254", "169.254.170.2", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.168.1.1", "198.18.0.1",
            "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
            "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1",
            "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2001:10::1", "2002:7f00:1::1",
            "3fff::1", "5f00::1", "4000::1",
        ])
    func refused(text: String) throws {
        let address = try #require(SocketAddress(numeric: text, port: 443))
        #expect(!AddressPolicy.publicOnly.permits(address))
    }

    @Test(
        "addresses of the public internet are permitted",
        arguments: [
            "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.1",
            "169.253.255.255", "172.15.255.255", "172.32.0.0", "192.1.0.1", "192.167.255.255", "198.17.255.255", "198.20.0.0",
            "223.255.255.255", "2001:4860:4860::8888", "2606:4700::1111", "2a00:1450::1", "64:ff9b::808:808", "2003::1", "3ffe::1",
        ])
    func permitted(text: String) throws {
        let address = try #require(SocketAddress(numeric: text, port: 443))
        #expect(AddressPolicy.publicOnly.permits(address))
    }

    @Test(
        "a server that the operator named may lie in a private network",
        arguments: [
            "10.1.2.3", "127.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "::1", "fc00::1", "fd12:3456::1", "8.8.8.8",
            "2606:4700::1111",
        ])
    func ofOperator(text: String) throws {
        let address = try #require(SocketAddress(numeric: text, port: 443))
        #expect(AddressPolicy.publicOnly.permits(address, ofOperator: true))
    }

    @Test(
        "not even that one is a metadata service, or what is no server",
        arguments: [
            "169.254.169.254", "169.254.170.2", "168.63.129.16", "100.100.100.200", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254",
            "fe80::1", "fe00::1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "0.0.0.0", "224.0.0.1", "::",
            "255.255.255.255",
        ])
    func neverOfOperator(text: String) throws {
        let address = try #require(SocketAddress(numeric: text, port: 443))
        #expect(!AddressPolicy.publicOnly.permits(address, ofOperator: true))
        #expect(!AddressPolicy.publicOnly.permits(.unix("/run/index.sock"), ofOperator: true))
    }

    @Test("the operator's server is one host and one port")
    func operatorServer() throws {
        let grant = NetworkGrant(hosts: ["index.internal:3141", "files.internal"])
        let rules = try EgressRules(grant, pointer: "/packages", operatorServer: HostPattern("index.internal:3141"))
        func isTo(_ host: String, _ port: UInt16, _ rules: EgressRules) -> Bool {
            rules.isToOperatorServer(EgressTarget(method: .get, host: host, port: port, path: "/"))
        }
        #expect(isTo("index.internal", 3141, rules))
        #expect(!isTo("index.internal", 80, rules) && !isTo("files.internal", 80, rules) && !isTo("files.internal", 3141, rules))
        #expect(!isTo("index.internal", 3141, try EgressRules(grant, pointer: "/network")))
    }

    @Test("a unix socket is no address of the internet")
    func unix() {
        #expect(!AddressPolicy.publicOnly.permits(.unix("/run/postgresql.sock")))
    }

    @Test("a pattern covers its host and the usual ports, or the port that it names")
    func patterns() throws {
        func matches(_ pattern: String, _ host: String, _ port: UInt16) throws -> Bool {
            try #require(HostPattern(pattern)).matches(HostName.normal(host), port: port)
        }
        #expect(try matches("example.com", "example.com", 443) && matches("Example.COM", "EXAMPLE.com.", 80))
        #expect(try !matches("example.com", "example.com", 22) && !matches("example.com", "www.example.com", 443))
        #expect(try !matches("example.com", "notexample.com", 443) && !matches("example.com", "example.com.evil.org", 443))
        #expect(try matches("*.example.com", "a.b.example.com", 443) && !matches("*.example.com", "example.com", 443))
        #expect(try !matches("*.example.com", "badexample.com", 443))
        #expect(try matches("example.com:8443", "example.com", 8443) && !matches("example.com:8443", "example.com", 443))
        #expect(try matches("*", "anything.org", 80) && !matches("*", "anything.org", 25) && matches("*:25", "anything.org", 25))
    }

    @Test(
        "what is no pattern is refused",
        arguments: [
            "", ".", "a..b", "exa mple.com", "http://example.com", "example.com/path", "user@example.com", "example.com:", "example.com:0",
            "example.com:65536", "*.", "*example.com", "a.*.com", "**", "[::1]", "exämple.com", String(repeating: "a", count: 64) + ".com",
        ])
    func noPattern(text: String) {
        #expect(HostPattern(text) == nil)
    }

    @Test("a grant allows its hosts and methods; one that names methods allows no tunnel")
    func rules() throws {
        let rules = try EgressRules(NetworkGrant(hosts: ["example.com"], methods: ["get"]), pointer: "/network")
        func refusal(_ method: HTTPMethod, _ host: String) -> String? {
            do {
                try rules.check(EgressTarget(method: method, host: host, port: 443, path: "/"))
                return nil
            } catch { return (error as? EgressRefusal)?.reason }
        }
        #expect(refusal(.get, "example.com") == nil)
        #expect(refusal(.post, "example.com")?.contains("POST") == true)
        #expect(refusal(.get, "other.com")?.contains("other.com:443") == true)
        #expect(refusal(.connect, "example.com")?.contains("tunnel") == true)
        let open = try EgressRules(NetworkGrant(hosts: ["example.com"]), pointer: "/network")
        try open.check(EgressTarget(method: .connect, host: "example.com", port: 443, path: nil))
        let error = #expect(throws: Problem.self) {
            try EgressRules(NetworkGrant(hosts: ["ok.org", "not ok"], methods: ["GET", "NO PE"]), pointer: "/network")
        }
        #expect(error?.errors?.map(\.pointer) == ["/network/hosts/1", "/network/methods/1"])
    }

    @Test(
        "the head of a tunnel that is none is refused",
        arguments: [
            "CONNECT example.com HTTP/1.1", "CONNECT example.com:0 HTTP/1.1", "CONNECT :443 HTTP/1.1", "CONNECT a b:443 HTTP/1.1",
            "CONNECT http://a:443 HTTP/1.1", "CONNECT user@a:443 HTTP/1.1", "CONNECT a:443", "CONNECT a:443 HTTP/2",
            "CONNECT a\tb:443 HTTP/1.1",
        ])
    func noTunnel(line: String) {
        #expect(throws: (any Error).self) { try ProxyConnection.tunnelTarget(line + "\r\nHost: example.com:443") }
    }

    @Test("the head of a tunnel says host and port, in any of their forms")
    func tunnel() throws {
        let name = try ProxyConnection.tunnelTarget("CONNECT Example.COM.:8443 HTTP/1.1\r\nHost: other:1")
        #expect(name == EgressTarget(method: .connect, host: "example.com", port: 8443, path: nil))
        #expect(try ProxyConnection.tunnelTarget("CONNECT [2001:db8::1]:443 HTTP/1.0").host == "2001:db8::1")
    }

    @Test("fields that are meant for the proxy go no further")
    func fields() {
        let passed = ProxyConnection.passedOn([
            "host": "example.com", "connection": "close, X-Private", "x-private": "1", "proxy-authorization": "Basic x", "te": "trailers",
            "upgrade": "h2c", "accept": "text/html", "transfer-encoding": "chunked", "expect": "100-continue",
        ])
        #expect(passed.map(\.name) == ["accept"])
    }

    @Test("a page's site is its host and what is below its domain, never a whole top-level domain")
    func site() throws {
        #expect(try NetworkTools.site(of: "https://www.example.com/a") == ["*.example.com", "example.com", "www.example.com"])
        #expect(try NetworkTools.site(of: "http://com/") == ["com"])
        #expect(try NetworkTools.site(of: "http://localhost:81/") == ["localhost", "localhost:81"])
    }
}
