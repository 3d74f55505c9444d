import EventLoop
import GatewayService
import HTTPServer
import Testing

@Suite("Whose requests are counted together", .timeLimit(.minutes(15)))
struct ClientAddressTests {
    private static func address(_ peer: String, _ forwardedFor: String? = nil, proxies: Int = 0) -> ClientAddress {
        ClientAddress(peer: SocketAddress(numeric: peer, port: 1), forwardedFor: forwardedFor, trustedProxies: proxies)
    }

    @Test("without proxies of ours nobody is believed about who he is")
    func direct() {
        #expect(Self.address("192.0.2.1", "198.51.100.7") == Self.address("192.0.2.1"))
        #expect(Self.address("192.0.2.1") != Self.address("192.0.2.2"))
    }

    @Test("each proxy of ours is believed about who asked it, and nobody before it")
    func proxies() {
        let client = Self.address("198.51.100.7")
        #expect(Self.address("192.0.2.1", "198.51.100.7", proxies: 1) == client)
        #expect(Self.address("192.0.2.1", "203.0.113.1,198.51.100.7", proxies: 1) == client)
        #expect(Self.address("192.0.2.1", "203.0.113.1, 198.51.100.7 ,192.0.2.9", proxies: 2) == client)
    }

    @Test("what says nothing leaves the other end of the connection", arguments: ["", "unknown", ",", "198.51.100.7, x", "[::1]:80"])
    func unreadable(forwardedFor: String) {
        #expect(Self.address("192.0.2.1", forwardedFor, proxies: 1) == Self.address("192.0.2.1"))
        #expect(Self.address("192.0.2.1", "198.51.100.7", proxies: 2) == Self.address("192.0.2.1"))
    }

    @Test("one network of IPv6 is one client, and an IPv4 address is the same in either form")
    func networks() {
        #expect(Self.address("2001:db8:1:2::1") == Self.address("2001:db8:1:2:ffff::9"))
        #expect(Self.address("2001:db8:1:2::1") != Self.address("2001:db8:1:3::1"))
        #expect(Self.address("::ffff:192.0.2.1") == Self.address("192.0.2.1"))
        #expect(Self.address("::ffff:192.0.2.1") != Self.address("::ffff:192.0.2.2"))
    }
}
