package import EventLoop

/// Who asks as far as the network tells: the address whose requests are counted together.
package enum ClientAddress: Hashable, Sendable {
    case ipv4(UInt32)
    /// The half that names a network: who has one address of it has all 2^64 (RFC 4291, 2.5.1).
    case ipv6Network(UInt64)
    case unknown

    /// - Parameters:
    ///   - peer: The other end of the connection.
    ///   - forwardedFor: `X-Forwarded-For`, to which each proxy added who asked it; what stands before that is whatever the client wrote.
    ///   - trustedProxies: How many proxies of ours there are.
    package init(peer: SocketAddress?, forwardedFor: String?, trustedProxies: Int) {
        let hops = trustedProxies > 0 ? (forwardedFor ?? "").split(separator: ",", omittingEmptySubsequences: false) : []
        if trustedProxies > 0, hops.count >= trustedProxies,
            let address = SocketAddress(numeric: hops[hops.count - trustedProxies].filter { $0 != " " && $0 != "\t" }, port: 0)
        {
            self.init(address)
        } else {
            self.init(peer)
        }
    }

    private init(_ address: SocketAddress?) {
        switch address {
        case .ipv4(let bytes, _): self = .ipv4(bytes)
        // An IPv4 address in the form of IPv6 (RFC 4291, 2.5.5.2).
        case .ipv6(0, let low, _) where low >> 32 == 0xFFFF: self = .ipv4(UInt32(truncatingIfNeeded: low))
        case .ipv6(let high, _, _): self = .ipv6Network(high)
        case .unix, nil: self = .unknown
        }
    }
}
