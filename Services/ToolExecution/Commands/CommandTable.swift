internal import ServiceKit
internal import WireProtocol

/// The commands of one sandbox: those that run, and the last ones that have ended.
final class CommandTable {
    private(set) var all: [RunningCommand] = []

    private static let mostEnded = 64

    func add(_ command: RunningCommand) {
        all.append(command)
        let ended = all.filter(\.hasEnded)
        guard ended.count > Self.mostEnded else { return }
        let forgotten = Set(ended.prefix(ended.count - Self.mostEnded).map(\.id))
        all.removeAll { forgotten.contains($0.id) }
    }

    subscript(id: CommandID) -> RunningCommand? { all.first { $0.id == id } }

    /// The command that an earlier request with this key started.
    func started(under key: String) -> RunningCommand? { all.last { $0.idempotency?.key == key } }
}
