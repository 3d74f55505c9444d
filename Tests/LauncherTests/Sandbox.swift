import Foundation
import Glibc
import Support
import Testing

/// A sandbox driven over its socket, the way a supervisor does it, but blocking.
final class Sandbox {
    struct Evaluation {
        var output = ""
        var errors = ""
        var outcome = 0
        var limits: Limits = []
        var alive = false
        var status = 0
        var dropped = 0
        var lost: [String] = []
    }

    struct Limits: OptionSet {
        let rawValue: Int
        static let time = Limits(rawValue: 1)
        static let output = Limits(rawValue: 2)
        static let memory = Limits(rawValue: 4)
        static let processes = Limits(rawValue: 8)
        static let disk = Limits(rawValue: 16)
        static let cpu = Limits(rawValue: 32)
    }

    let process: pid_t
    let socket: Int32
    /// What the launcher said of it.
    var description = ""
    private var received: [UInt8] = []
    /// The number of the last request.
    var requests = 0
    private var isReaped = false

    /// `placed` are descriptors of this process that the launcher gets, by their numbers there.
    init(_ caller: Caller, settings: [String] = [], secret: String? = nil, placed: [Int32: Int32] = [:]) throws {
        (process, socket) = try Sandbox.spawn(caller, secret: secret, placed: placed)
        let drivers = try CompiledLauncher.shared.get().drivers
        let interpreters = [
            Sandbox.pythonLine(drivers),
            "interpreter\tjavascript\t\(drivers)/javascript.cjs\t/usr/bin/node",
            "interpreter\tbash\t\(drivers)/bash.sh\t/bin/bash\t--norc\t--noprofile",
        ]
        try send(Frame(kind: .configure, body: Array((interpreters + settings).joined(separator: "\n").utf8)))
        let answer = try #require(try receive())
        description = answer.text
        try #require(answer.kind == .ready, "\(answer.text)")
    }

    static func pythonLine(_ drivers: String) -> String {
        "interpreter\tpython\t\(drivers)/python.py\t/usr/bin/python3\t-B\t-s\t-X\tutf8"
    }

    /// A launcher that has not been configured yet, and may have at most so many descriptors.
    init(unconfigured caller: Caller, most descriptors: Int? = nil) throws {
        let limit = descriptors.map { ["/bin/sh", "-c", "ulimit -n \($0); exec \"$0\""] } ?? []
        (process, socket) = try Sandbox.spawn(caller, through: limit, secret: nil, placed: [:])
    }

    deinit { finish() }

    /// `limit` are words before the launcher's own, which limit it.
    static func spawn(_ caller: Caller, through limit: [String] = [], secret: String?, placed: [Int32: Int32]) throws -> (pid_t, Int32) {
        var ends: [Int32] = [-1, -1]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], 3)
        for (theirs, ours) in placed { posix_spawn_file_actions_adddup2(&actions, ours, theirs) }
        let command = caller.prefix + limit + [try CompiledLauncher.shared.get().executable]
        var process: pid_t = 0
        let status = withCStrings(command) { arguments in
            withCStrings(secret.map { ["SECRET=\($0)"] } ?? []) { posix_spawn(&process, command[0], &actions, nil, arguments, $0) }
        }
        close(ends[1])
        try #require(status == 0, "starting the launcher: \(String(cString: strerror(status)))")
        return (process, ends[0])
    }

    func send(_ frame: Frame) throws { try send(bytes: frame.encoded) }

    func send(bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            try #require(count > 0, "the launcher is gone")
            sent += count
        }
    }

    /// The next frame, or nil at the end; a launcher that says nothing for longer than an evaluation may take fails the test.
    func receive() throws -> Frame? {
        while true {
            if received.count >= 4 {
                let length = received[..<4].reduce(0) { $0 << 8 | Int($1) }
                if received.count >= 4 + length {
                    let kind = try #require(Frame.Kind(rawValue: received[4]))
                    let frame = Frame(kind: kind, body: Array(received[5..<4 + length]))
                    received.removeFirst(4 + length)
                    return frame
                }
            }
            var polled = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            try #require(poll(&polled, 1, 300_000) == 1, "the launcher is silent")
            var buffer = [UInt8](repeating: 0, count: 65536)
            let count = Glibc.read(socket, &buffer, buffer.count)
            if count <= 0 { return nil }
            received += buffer[..<count]
        }
    }

    @discardableResult
    func evaluate(_ language: String, _ code: String, timeout: Int = 120_000) throws -> Evaluation {
        try finishEvaluation(try begin(language, code, timeout: timeout))
    }

    /// Sends the code and returns the request's number.
    func begin(_ language: String, _ code: String, timeout: Int = 120_000) throws -> Int {
        requests += 1
        var frame = Frame(kind: .evaluate)
        frame.put(requests)
        frame.put(timeout)
        frame.put(name: language)
        frame.body += Array(code.utf8)
        try send(frame)
        return requests
    }

    /// Starts a command and returns the request's number.
    func begin(command: [String], flags: Int = 0) throws -> Int {
        requests += 1
        var frame = Frame(kind: .command)
        for number in [requests, flags, 0, 0, 0, 0, flags & 4 == 0 ? 1 << 20 : 0] { frame.put(number) }
        frame.put(name: "/home/user")
        frame.put(command.count)
        for argument in command { frame.put(name: argument) }
        frame.put(0)
        try send(frame)
        return requests
    }

    /// Asks for more of a command's output.
    func more(_ command: Int, _ bytes: Int) throws {
        var frame = Frame(kind: .more)
        frame.put(command)
        frame.put(bytes)
        try send(frame)
    }

    func finishEvaluation(_ request: Int) throws -> Evaluation {
        var evaluation = Evaluation()
        var output: [UInt8] = []
        var errors: [UInt8] = []
        while let frame = try receive() {
            switch frame.kind {
            case .output where frame.body[4] == 1: output += frame.body[5...]
            case .output: errors += frame.body[5...]
            case .lost: evaluation.lost.append(String(decoding: frame.body[9...], as: UTF8.self))
            case .done:
                try #require(frame.number(at: 0) == request)
                evaluation.outcome = Int(frame.body[4])
                evaluation.limits = Limits(rawValue: Int(frame.body[5]))
                evaluation.alive = frame.body[6] == 1
                evaluation.status = frame.number(at: 7)
                evaluation.dropped = frame.number(at: 11, bytes: 8)
                evaluation.output = String(decoding: output, as: UTF8.self)
                evaluation.errors = String(decoding: errors, as: UTF8.self)
                return evaluation
            case .refused: throw Refused(reason: String(decoding: frame.body[4...], as: UTF8.self))
            default: Issue.record("an unexpected frame: \(frame)")
            }
        }
        throw Refused(reason: "the launcher is gone")
    }

    struct Refused: Error {
        let reason: String
    }

    /// The contents of a file, or the reason why not.
    func read(_ path: String) throws -> Result<[UInt8], Refused> {
        let opened = try answer(
            to: request(.open) {
                $0.put(0)
                $0.put(name: path)
            })
        guard opened.kind == .attributes else { return .failure(Refused(reason: String(decoding: opened.body[8...], as: UTF8.self))) }
        try more(requests, 1 << 30)
        var bytes: [UInt8] = []
        while let frame = try receive(), frame.kind == .output { bytes += frame.body[5...] }
        return .success(bytes)
    }

    /// Paths and sizes below a folder.
    func list(_ path: String) throws -> [String: Int] {
        var entries: [String: Int] = [:]
        try send(request(.list) { $0.put(name: path) })
        while let frame = try receive() {
            switch frame.kind {
            case .entry: entries[String(decoding: frame.body[20...], as: UTF8.self)] = frame.number(at: 4, bytes: 8)
            case .end: return entries
            default: throw Refused(reason: String(decoding: frame.body[4...], as: UTF8.self))
            }
        }
        throw Refused(reason: "the launcher is gone")
    }

    /// Closes the socket and waits for the launcher's exit.
    func finish() {
        guard !isReaped else { return }
        isReaped = true
        Glibc.close(socket)
        waitpid(process, nil, 0)
    }
}

private func withCStrings<Value>(_ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Value) -> Value {
    var pointers = strings.map { strdup($0) } + [nil]
    defer { pointers.forEach { free($0) } }
    return pointers.withUnsafeMutableBufferPointer { body($0.baseAddress!) }
}
