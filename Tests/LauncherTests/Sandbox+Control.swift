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

    private func ask(_ kind: Frame.Kind) throws -> Frame {
        var frame = Frame(kind: kind)
        frame.put(0x7fff_ffff)
        try send(frame)
        while let answer = try receive() {
            if answer.kind != .output { return answer }
        }
        throw Refused(reason: "the launcher is gone")
    }
}
