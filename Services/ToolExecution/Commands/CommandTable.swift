internal import EventLoop
internal import ServiceKit
internal import WireProtocol

/// The commands of one sandbox: those that run, and the last ones that have ended.
final class CommandTable {
    private(set) var all: [RunningCommand] = []

    /// The keys of requests whose commands are being started.
    private var starting: Set<String> = []
    private let started: Signal

    private static let mostEnded = 64

    init(on loop: EventLoop) { started = Signal(on: loop) }

    func add(_ command: RunningCommand) {
        all.append(command)
        let ended = all.filter(\.hasEnded)
        guard ended.count > Self.mostEnded else { return }
        let forgotten = Set(ended.prefix(ended.count - Self.mostEnded).map(\.id))
        all.removeAll { forgotten.contains($0.id) }
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
