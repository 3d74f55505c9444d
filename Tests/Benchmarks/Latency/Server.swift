import Glibc
import HTTPFraming
import HTTPMessage

/// A server under a steady load of 1,000 requests a second.
final class Server {
    /// What went wrong with a server.
    struct Failure: Error {
        let server: String
        let reason: String
    }

    private struct Connection {
        let descriptor: Int32
        var parser = HTTPResponseParser()
        /// When the request that is under way was to be sent.
        var due = 0
    }

    let name: String
    private let port: UInt16
    private let request: [UInt8]
    private var free: [Connection] = []

    private static let interval = 1_000_000
    private static let longestWait = 5_000_000_000
    private static let connections = 16

    /// From `name=http://127.0.0.1:80/path`.
    init(_ argument: String, token: String) throws {
        guard let match = argument.wholeMatch(of: #/([a-z]+)=http://(127\.0\.0\.1:(\d+))(/.*)/#), let port = UInt16(match.3) else {
            throw Failure(server: argument, reason: "is not NAME=http://127.0.0.1:PORT/PATH")
        }
        name = String(match.1)
        self.port = port
        request = Array("GET \(match.4) HTTP/1.1\r\nHost: \(match.2)\r\nAuthorization: Bearer \(token)\r\n\r\n".utf8)
        free = try (0..<Self.connections).map { _ in try connect() }
    }

    /// Sends requests, each when it is due whether or not those before it were answered, and waits for all answers.
    func ask(times count: Int) throws -> [Exchange] {
        var exchanges: [Exchange] = []
        var busy: [Connection] = []
        var due = Clock.now
        var left = count
        while left > 0 || !busy.isEmpty {
            let wait = left > 0 ? max(0, due - Clock.now) : Self.longestWait
            let ready = Self.wait(for: busy.map(\.descriptor), atMost: wait)
            if ready.isEmpty, left == 0 { throw Failure(server: name, reason: "left \(busy.count) requests unanswered") }
            for index in busy.indices.reversed() where ready.contains(busy[index].descriptor) {
                guard try isAnswered(&busy[index]) else { continue }
                exchanges.append(Exchange(due: busy[index].due, answered: Clock.now))
                free.append(busy.remove(at: index))
            }
            if left > 0, Clock.now >= due {
                busy.append(try send(due))
                due += Self.interval
                left -= 1
            }
        }
        return exchanges
    }

    /// Waits until something is there to read, or so many nanoseconds are over; `poll` knows milliseconds only.
    private static func wait(for descriptors: [Int32], atMost nanoseconds: Int) -> [Int32] {
        var set = fd_set()
        withUnsafeMutableBytes(of: &set) { bytes in
            for descriptor in descriptors { bytes[Int(descriptor) / 8] |= 1 << UInt8(descriptor % 8) }
        }
        var time = Clock.time(nanoseconds)
        guard pselect((descriptors.max() ?? -1) + 1, &set, nil, nil, &time, nil) > 0 else { return [] }
        return withUnsafeBytes(of: set) { bytes in descriptors.filter { bytes[Int($0) / 8] & 1 << UInt8($0 % 8) != 0 } }
    }

    /// Sends a request on the connection that has been free for longest, for a server closes one on which nothing comes for a minute.
    private func send(_ due: Int) throws -> Connection {
        var connection = free.isEmpty ? try connect() : free.removeFirst()
        connection.due = due
        connection.parser.expectResponse(to: .get)
        guard Glibc.send(connection.descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
            throw Failure(server: name, reason: "closed a connection")
        }
        return connection
    }

    /// Reads what has come; whether the answer is complete.
    private func isAnswered(_ connection: inout Connection) throws -> Bool {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = recv(connection.descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { throw Failure(server: name, reason: "closed a connection") }
        bytes.removeLast(bytes.count - count)
        var position = 0
        while let event = try connection.parser.next(bytes.span, from: &position) {
            switch event {
            case .head(let head) where head.response.status != .ok:
                throw Failure(server: name, reason: "answered \(head.response.status.code)")
            case .end: return true
            case .head, .body, .informational: continue
            }
        }
        return false
    }

    private func connect() throws -> Connection {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Failure(server: name, reason: "cannot be reached") }
        return Connection(descriptor: descriptor)
    }
}
