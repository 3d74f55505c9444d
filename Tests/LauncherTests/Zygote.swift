import Foundation
import Glibc
import Support
import Testing

/// A zygote driven over its socket, and where launchers ask it for sandboxes.
final class Zygote {
    let process: pid_t
    /// Told to launchers as descriptor 4.
    let requests: Int32
    private let socket: Int32
    private var hasEnded = false

    init(_ caller: Caller, preload: [String] = []) throws {
        var ends: [Int32] = [-1, -1]
        try #require(socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0)
        requests = ends[0]
        (process, socket) = try Sandbox.spawn(caller, secret: nil, placed: [4: ends[1]])
        close(ends[1])
        let lines = [Sandbox.pythonLine(try CompiledLauncher.shared.get().drivers)] + preload.map { "preload\t\($0)" }
        let configuration = Frame(kind: .zygote, body: Array(lines.joined(separator: "\n").utf8)).encoded
        try #require(Glibc.send(socket, configuration, configuration.count, Int32(MSG_NOSIGNAL)) == configuration.count)
        var answer = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(socket, &answer, answer.count)
        try #require(
            count > 5 && answer[4] == Frame.Kind.ready.rawValue, "\(String(decoding: answer.prefix(max(0, count)), as: UTF8.self))")
    }

    deinit {
        end()
        close(requests)
    }

    /// Lets go of it and waits until it is gone.
    func end() {
        guard !hasEnded else { return }
        hasEnded = true
        close(socket)
        waitpid(process, nil, 0)
    }
}

extension Sandbox {
    /// A sandbox that the zygote makes.
    convenience init(_ caller: Caller, from zygote: Zygote, settings: [String] = []) throws {
        try self.init(caller, settings: settings, placed: [4: zygote.requests])
    }
}
