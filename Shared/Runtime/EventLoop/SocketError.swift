internal import Glibc

/// A socket call that failed, with the system's error number.
package struct SocketError: Error, Equatable, CustomStringConvertible {
    /// What was being done: "listen on 127.0.0.1:8080".
    package var action: String
    package var code: Int32

    package init(action: String, code: Int32) {
        self.action = action
        self.code = code
    }

    package var description: String { unsafe "\(action): \(String(cString: strerror(code)))" }

    /// The address is taken by another process.
    package var isAddressInUse: Bool { code == EADDRINUSE }

    /// The stream was closed on this side.
    package static let closed = SocketError(action: "use a closed stream", code: EBADF)
}
