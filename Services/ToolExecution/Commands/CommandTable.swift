internal import EventLoop
internal import ServiceKit
internal import WireProtocol

/// The commands of one sandbox: those that run, and the last ones that have ended.
final class CommandTable {
    private(set) var all: [RunningCommand] = []

    /// The keys of requests whose commands are being started.
    private var starting: Set<String> = []
    private let started: Signal

    /// How much the logs of all hold together.
    private let mostBytes: Int

    private static let mostEnded = 64
    /// How many may be as long as one may be.
    private static let mostWhole = 8

    /// - Parameter keptOutput: How much of one is kept, in bytes.
    init(keptOutput: Int, on loop: EventLoop) {
        mostBytes = keptOutput * Self.mostWhole
        started = Signal(on: loop)
    }

    func add(_ command: RunningCommand) {
        all.append(command)
        command.log.onGrowth = { [weak self] in self?.makeRoom() }
        makeRoom()
        let ended = all.filter(\.hasEnded)
        guard ended.count > Self.mostEnded else { return }
        let forgotten = Set(ended.prefix(ended.count - Self.mostEnded).map(\.id))
        all.removeAll { forgotten.contains($0.id) }
    }

    /// While all logs together hold too much, the one that holds most loses its older half.
    private func makeRoom() {
        while all.reduce(0, { $0 + $1.log.bytes }) > mostBytes, let fullest = all.map(\.log).max(by: { $0.bytes < $1.bytes }) {
            let before = fullest.bytes
            fullest.cut(to: before / 2)
            if fullest.bytes == before { return }
        }
    }

    subscript(id: CommandID) -> RunningCommand? { all.first { $0.id == id } }

    /// The command that `start` starts, or the one that an earlier request with the same key started; while that is under way, waits for it.
    func once(_ request: IdempotentRequest?, _ start: () async throws -> RunningCommand) async throws -> (RunningCommand, isReplayed: Bool)
    {
        guard let request else { return (try await start(), false) }
        try await started.wait { starting.contains(request.key) }
        if let command = all.last(where: { $0.idempotency?.key == request.key }) {
            guard command.idempotency == request else { throw Problem(.idempotencyKeyReused) }
            return (command, true)
        }
        starting.insert(request.key)
        defer {
            starting.remove(request.key)
            started.notify()
        }
        return (try await start(), false)
    }
}
