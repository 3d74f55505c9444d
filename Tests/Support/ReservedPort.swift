package import EventLoop
internal import Glibc

/// A port of 127.0.0.1 that nobody else is given for as long as this lives. Connections to it are refused until somebody listens on it
/// by its number, as a server under test may, and again when that one has gone.
package final class ReservedPort {
    package let number: UInt16
    private let descriptor: Int32

    /// There is no port left, or no socket.
    package struct Failure: Error {
        package let code: Int32
    }

    package init() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(code: errno) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        // Bound, and never listening: so the system gives it to no one, and a listener that reuses addresses may still have it.
        var enabled: Int32 = 1
        let status = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &enabled, socklen_t(MemoryLayout<Int32>.size))
                    | bind(descriptor, pointer, length) | getsockname(descriptor, pointer, &length)
            }
        }
        guard status == 0 else {
            let code = errno
            close(descriptor)
            throw Failure(code: code)
        }
        self.descriptor = descriptor
        number = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(descriptor) }

    package var address: SocketAddress { .loopback(port: number) }
}
