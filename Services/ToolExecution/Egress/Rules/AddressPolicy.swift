internal import EventLoop

/// Which addresses may be connected to: those of the public internet. Everything that IANA's registries of special addresses name is
/// refused, and so are the metadata services of clouds that lie elsewhere.
package struct AddressPolicy: Sendable {
    /// Of this machine or network, and permitted all the same.
    private let exceptions: Set<String>

    /// Public addresses, and no other.
    package static let publicOnly = AddressPolicy(exceptions: [])

    init(exceptions: Set<String>) { self.exceptions = exceptions }

    /// - Parameter ofOperator: Whether it is that of a server that the operator named, which may lie in a network of his.
    func permits(_ address: SocketAddress, ofOperator: Bool = false) -> Bool {
        if exceptions.contains(address.host) || ofOperator && Self.isPrivate(address) { return true }
        return switch address {
        case .ipv4(let number, _): Self.isPublic(number)
        case .ipv6(let high, let low, _): Self.isPublic(high, low)
        case .unix: false
        }
    }

    /// A prefix of an IPv4 address, and how many of its bits count.
    private static let refused: [(UInt32, Int)] = [
        (0x0000_0000, 8),  // 0.0.0.0/8 this network
        (0x0A00_0000, 8),  // 10.0.0.0/8 private
        (0x6440_0000, 10),  // 100.64.0.0/10 shared by providers; Alibaba's metadata service lies here
        (0x7F00_0000, 8),  // 127.0.0.0/8 loopback
        (0xA83F_8110, 32),  // 168.63.129.16 Azure's metadata service
        (0xA9FE_0000, 16),  // 169.254.0.0/16 link-local; most metadata services lie here
        (0xAC10_0000, 12),  // 172.16.0.0/12 private
        (0xC000_0000, 24),  // 192.0.0.0/24 protocol assignments; Oracle's metadata service lies here
        (0xC000_0200, 24),  // 192.0.2.0/24 documentation
        (0xC058_6300, 24),  // 192.88.99.0/24 6to4 relays
        (0xC0A8_0000, 16),  // 192.168.0.0/16 private
        (0xC612_0000, 15),  // 198.18.0.0/15 benchmarks
        (0xC633_6400, 24),  // 198.51.100.0/24 documentation
        (0xCB00_7100, 24),  // 203.0.113.0/24 documentation
        (0xE000_0000, 3),  // 224.0.0.0/3 multicast, reserved, broadcast
    ]

    private static func isPublic(_ address: UInt32) -> Bool { !refused.contains { isWithin($0, address) } }

    private static func isWithin(_ range: (prefix: UInt32, length: Int), _ address: UInt32) -> Bool {
        (address ^ range.prefix) >> (32 - UInt32(range.length)) == 0
    }

    /// Those of private networks and of this machine, which are no metadata service.
    private static let ofOperators: [(UInt32, Int)] = [
        (0x0A00_0000, 8),  // 10.0.0.0/8
        (0x7F00_0000, 8),  // 127.0.0.0/8
        (0xAC10_0000, 12),  // 172.16.0.0/12
        (0xC0A8_0000, 16),  // 192.168.0.0/16
    ]

    private static func isPrivate(_ address: SocketAddress) -> Bool {
        switch address {
        case .ipv4(let number, _): return ofOperators.contains { isWithin($0, number) }
        case .ipv6(0, 1, _): return true
        case .ipv6(let high, _, _):
            // Of fc00::/7 all but where clouds have their metadata services: fd00:ec2::/32 Amazon's, fd20:ce::/32 Google's.
            return high >> 57 == 0xFC >> 1 && high >> 32 != 0xFD00_0EC2 && high >> 32 != 0xFD20_00CE
        case .unix: return false
        }
    }

    private static func isPublic(_ high: UInt64, _ low: UInt64) -> Bool {
        // 64:ff9b::/96: a gateway reaches the IPv4 address in the last four bytes.
        if high == 0x0064_FF9B_0000_0000, low >> 32 == 0 { return isPublic(UInt32(truncatingIfNeeded: low)) }
        // Of all else only 2000::/3 is given out, less what within it is no ordinary address.
        guard high >> 61 == 0b001 else { return false }
        let isSpecial =
            high >> 41 == 0x2001_0000 >> 9  // 2001::/23 protocol assignments, Teredo among them
            || high >> 32 == 0x2001_0DB8  // 2001:db8::/32 documentation
            || high >> 48 == 0x2002  // 2002::/16 6to4, which holds an IPv4 address
            || high >> 44 == 0x3FFF0  // 3fff::/20 documentation
        return !isSpecial
    }
}
