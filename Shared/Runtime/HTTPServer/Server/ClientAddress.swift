package import EventLoop

/// Who asks as far as the network tells: the address whose connections and requests are counted together.
package enum ClientAddress: Hashable, Sendable {
    case ipv4(UInt32)
    /// The half that names a network: who has one address of it has all 2^64 (RFC 4291, 2.5.1).
    case ipv6Network(UInt64)
    /// The address of a unix socket, or none.
    case unknown

    /// Who is at the other end of a connection.
    package init(_ address: SocketAddress?) {
        switch address {
        case .ipv4(let bytes, _): self = .ipv4(bytes)
        // An IPv4 address in the form of IPv6 (RFC 4291, 2.5.5.2).
        case .ipv6(0, let low, _) where low >> 32 == 0xFFFF: self = .ipv4(UInt32(truncatingIfNeeded: low))
        case .ipv6(let high, _, _): self = .ipv6Network(high)
        case .unix, nil: self = .unknown
        }
    }
}
