internal import CSystem
internal import Glibc

/// A host name that could not be turned into an address.
package struct ResolutionError: Error, CustomStringConvertible {
    package var host: String
    package var reason: String
    package var description: String { "resolve \(host): \(reason)" }
}

extension EventLoop {
    /// The addresses of a host, numeric ones without a look-up; asks the system's resolver on a blocking pool, the loop's own
    /// where none is given: for names that come from strangers there is to be one, since their servers may take as long as they like.
    package func resolve(_ host: String, port: UInt16, on pool: BlockingPool? = nil) async throws -> [SocketAddress] {
        if let numeric = SocketAddress(numeric: host, port: port) { return [numeric] }
        return try await offload(on: pool) { try Self.lookUp(host, port: port) }
    }

    private static func lookUp(_ host: String, port: UInt16) throws -> [SocketAddress] {
        var list: UnsafeMutablePointer<addrinfo>?
        let code = unsafe system_resolve(host, &list)
        guard code == 0 else { throw unsafe ResolutionError(host: host, reason: String(cString: gai_strerror(code))) }
        defer { unsafe freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var entry = unsafe list
        while let info = unsafe entry?.pointee {
            var storage = sockaddr_storage()
            let size = unsafe min(Int(info.ai_addrlen), MemoryLayout<sockaddr_storage>.size)
            if let address = unsafe info.ai_addr {
                unsafe withUnsafeMutableBytes(of: &storage) { unsafe $0.baseAddress?.copyMemory(from: address, byteCount: size) }
            }
            switch SocketAddress(system: storage) {
            case .ipv4(let address, _)?: addresses.append(.ipv4(address, port: port))
            case .ipv6(let high, let low, _)?: addresses.append(.ipv6(high, low, port: port))
            default: break
            }
            unsafe entry = info.ai_next
        }
        return addresses
    }
}
