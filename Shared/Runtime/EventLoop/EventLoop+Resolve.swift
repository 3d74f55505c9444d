internal import CSystem
internal import Glibc

/// A host name that could not be turned into an address.
package struct ResolutionError: Error, CustomStringConvertible {
    package var host: String
    package var reason: String
    package var description: String { "resolve \(host): \(reason)" }
}

extension EventLoop {
    /// The addresses of a host, numeric ones without a look-up; asks the system's resolver on the blocking pool.
    package func resolve(_ host: String, port: UInt16) async throws -> [SocketAddress] {
        if let numeric = SocketAddress(numeric: host, port: port) { return [numeric] }
        return try await offload { try Self.lookUp(host, port: port) }
    }

    private static func lookUp(_ host: String, port: UInt16) throws -> [SocketAddress] {
        var list: UnsafeMutablePointer<addrinfo>?
        let code = system_resolve(host, &list)
        guard code == 0 else { throw ResolutionError(host: host, reason: String(cString: gai_strerror(code))) }
        defer { freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var entry = list
        while let info = entry?.pointee {
            var storage = sockaddr_storage()
            let size = min(Int(info.ai_addrlen), MemoryLayout<sockaddr_storage>.size)
            if let address = info.ai_addr {
                withUnsafeMutableBytes(of: &storage) { $0.baseAddress?.copyMemory(from: address, byteCount: size) }
            }
            switch SocketAddress(system: storage) {
            case .ipv4(let address, _)?: addresses.append(.ipv4(address, port: port))
            case .ipv6(let high, let low, _)?: addresses.append(.ipv6(high, low, port: port))
            default: break
            }
            entry = info.ai_next
        }
        return addresses
    }
}
