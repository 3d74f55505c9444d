internal import EventLoop

/// The answers to an evaluation. After the first thousand pieces of output, what comes within a tenth of a second becomes one piece of each
/// stream: an event costs more than a byte, and output in single bytes would cost many times its limit in memory and in rows.
struct GatheredAnswers {
    private let request: SandboxRequest
    private let loop: EventLoop
    private var pieces = 0
    private var gathered: [LauncherAnswer] = []

    private static let piecesAtOnce = 1000
    private static let interval = Duration.milliseconds(100)

    init(_ request: SandboxRequest, on loop: EventLoop) {
        self.request = request
        self.loop = loop
    }

    /// The next answer; throws `SandboxGone` when the sandbox ended before the last one.
    mutating func next() async throws -> LauncherAnswer {
        if !gathered.isEmpty { return gathered.removeFirst() }
        let answer = try await request.next()
        guard case .output(let stream, let bytes) = answer else { return answer }
        pieces += 1
        guard pieces > Self.piecesAtOnce else { return answer }
        try await loop.sleep(for: Self.interval)
        gather([stream: bytes])
        return gathered.removeFirst()
    }

    private mutating func gather(_ first: [UInt8: [UInt8]]) {
        var streams = first
        var other: LauncherAnswer?
        while other == nil, let more = request.nextIfAvailable() {
            if case .output(let stream, let bytes) = more { streams[stream, default: []] += bytes } else { other = more }
        }
        gathered = streams.sorted { $0.key < $1.key }.map { .output(stream: $0.key, bytes: $0.value) }
        if let other { gathered.append(other) }
    }
}
