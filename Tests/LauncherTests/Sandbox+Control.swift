import Foundation
import Testing

extension Sandbox {
    /// What a sandbox uses.
    struct Usage {
        var processorNanoseconds, memory, memoryPeak, processes, disk, diskSize: Int
    }

    func pause() throws { try #require(try ask(.pause).kind == .end) }
    func resume() throws { try #require(try ask(.resume).kind == .end) }

    func measure() throws -> Usage {
        let answer = try ask(.measure)
        try #require(answer.kind == .measured)
        let numbers = (0..<6).map { answer.number(at: 4 + 8 * $0, bytes: 8) }
        return Usage(
            processorNanoseconds: numbers[0], memory: numbers[1], memoryPeak: numbers[2], processes: numbers[3], disk: numbers[4],
            diskSize: numbers[5])
    }

    /// Whether a control group of its own holds it for a controller, by what the kernel says of its first process.
    func isGrouped(by controller: String) throws -> Bool {
        let children = try String(contentsOfFile: "/proc/\(process)/task/\(process)/children", encoding: .utf8)
        let first = try #require(children.split(separator: " ").first, "the launcher's only child is the sandbox's first process")
        return try String(contentsOfFile: "/proc/\(first)/cgroup", encoding: .utf8).split(separator: "\n").contains { line in
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3, fields[2].split(separator: "/").contains("sandbox-\(process)") else { return false }
            return fields[0] == "0" || fields[1].split(separator: ",").contains { $0 == controller }
        }
    }

    private func ask(_ kind: Frame.Kind) throws -> Frame {
        var frame = Frame(kind: kind)
        frame.put(0x7fff_ffff)
        return try answer(to: frame)
    }

    /// Sends a request; its answer, past output and what has ended meanwhile.
    func answer(to frame: Frame) throws -> Frame {
        try send(frame)
        while let answer = try receive() {
            if answer.kind != .output, answer.kind != .lost { return answer }
        }
        throw Refused(reason: "the launcher is gone")
    }

    /// A request with a number of its own.
    func request(_ kind: Frame.Kind, _ fill: (inout Frame) -> Void) -> Frame {
        requests += 1
        var frame = Frame(kind: kind)
        frame.put(requests)
        fill(&frame)
        return frame
    }

    /// Opens a file to be written anew; the number of its request.
    func openForWriting(_ path: String) throws -> Int {
        let opened = try answer(
            to: request(.open) {
                $0.put(1)
                $0.put(name: path)
            })
        try #require(opened.kind == .attributes)
        return requests
    }

    /// Ends an interpreter.
    func stop(_ interpreter: String) throws { try #require(try answer(to: request(.stop) { $0.put(name: interpreter) }).kind == .end) }
}
