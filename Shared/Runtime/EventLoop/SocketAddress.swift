internal import CSystem
internal import Glibc

/// Where a socket listens or connects to. Numeric only: names are resolved by `EventLoop.resolve`.
package enum SocketAddress: Hashable, Sendable, CustomStringConvertible {
    /// Four bytes of IPv4 and a port.
    case ipv4(UInt32, port: UInt16)
    /// IPv6 as two halves, and a port.
    case ipv6(UInt64, UInt64, port: UInt16)
    case unix(String)

    /// 127.0.0.1; port 0 lets the system choose.
    package static func loopback(port: UInt16) -> SocketAddress { .ipv4(0x7f00_0001, port: port) }

    /// Parses a numeric IPv4 or IPv6 address.
    package init?(numeric host: String, port: UInt16) {
        var v4 = in_addr()
        if unsafe inet_pton(AF_INET, host, &v4) == 1 {
            self = .ipv4(UInt32(bigEndian: v4.s_addr), port: port)
            return
        }
        var v6 = in6_addr()
        guard unsafe inet_pton(AF_INET6, host, &v6) == 1 else { return nil }
        self = unsafe withUnsafeBytes(of: &v6) { bytes in
            unsafe .ipv6(
                UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)), port: port)
        }
    }

    package var port: UInt16? {
        switch self {
        case .ipv4(_, let port), .ipv6(_, _, let port): port
        case .unix: nil
        }
    }

    /// The address without the port.
    package var host: String {
        switch self {
        case .ipv4(let address, _):
            return Self.text(address)
        case .ipv6(let high, let low, _):
            var halves = (high.bigEndian, low.bigEndian)
            var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
            unsafe inet_ntop(AF_INET6, &halves, &text, socklen_t(text.count))
            return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        case .unix(let path):
            return path
        }
    }

    /// Four decimal numbers with dots between them; of at most 15 bytes, which a text holds in place.
    private static func text(_ address: UInt32) -> String {
        unsafe String(unsafeUninitializedCapacity: 15) { bytes in
            var count = 0
            func add(_ byte: UInt8) {
                unsafe bytes[count] = byte
                count += 1
            }
            for place: UInt32 in 0..<4 {
                let number = UInt8(truncatingIfNeeded: address >> (24 - 8 * place))
                if place > 0 { add(UInt8(ascii: ".")) }
                if number >= 100 { add(UInt8(ascii: "0") + number / 100) }
                if number >= 10 { add(UInt8(ascii: "0") + number / 10 % 10) }
                add(UInt8(ascii: "0") + number % 10)
            }
            return count
        }
    }

    package var description: String {
        switch self {
        case .ipv4(_, let port): "\(host):\(port)"
        case .ipv6(_, _, let port): "[\(host)]:\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }

    /// Calls `body` with the address as the kernel wants it; nil when a unix path is too long.
    func withSystemAddress<T>(_ body: (UnsafePointer<sockaddr>, socklen_t, _ family: Int32) -> T) -> T? {
        switch self {
        case .ipv4(let address, let port):
            var system = sockaddr_in()
            system.sin_family = sa_family_t(AF_INET)
            system.sin_port = port.bigEndian
            system.sin_addr.s_addr = address.bigEndian
            return unsafe Self.rebound(&system) { unsafe body($0, $1, AF_INET) }
        case .ipv6(let high, let low, let port):
            var system = sockaddr_in6()
            system.sin6_family = sa_family_t(AF_INET6)
            system.sin6_port = port.bigEndian
            unsafe withUnsafeMutableBytes(of: &system.sin6_addr) {
                unsafe $0.storeBytes(of: high.bigEndian, as: UInt64.self)
                unsafe $0.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
            }
            return unsafe Self.rebound(&system) { unsafe body($0, $1, AF_INET6) }
        case .unix(let path):
            var system = sockaddr_un()
            system.sun_family = sa_family_t(AF_UNIX)
            let bytes = Array(path.utf8)
            guard bytes.count < MemoryLayout.size(ofValue: system.sun_path) else { return nil }
            unsafe withUnsafeMutableBytes(of: &system.sun_path) { unsafe $0.copyBytes(from: bytes) }
            return unsafe Self.rebound(&system) { unsafe body($0, $1, AF_UNIX) }
        }
    }

    private static func rebound<System, T>(_ system: inout System, _ body: (UnsafePointer<sockaddr>, socklen_t) -> T) -> T {
        unsafe withUnsafePointer(to: &system) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, socklen_t(MemoryLayout<System>.size)) }
        }
    }

    init?(system: sockaddr_storage) {
        var system = system
        switch Int32(system.ss_family) {
        case AF_INET:
            self = unsafe withUnsafeBytes(of: &system) { bytes in
                let address = unsafe bytes.load(as: sockaddr_in.self)
                return .ipv4(UInt32(bigEndian: address.sin_addr.s_addr), port: UInt16(bigEndian: address.sin_port))
            }
        case AF_INET6:
            self = unsafe withUnsafeBytes(of: &system) { bytes in
                let port = unsafe bytes.load(as: sockaddr_in6.self).sin6_port
                let offset = MemoryLayout<sockaddr_in6>.offset(of: \.sin6_addr) ?? 8
                return unsafe .ipv6(
                    UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)),
                    UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)), port: UInt16(bigEndian: port))
            }
        default:
            return nil
        }
    }
}
