internal import Telemetry
internal import WireProtocol

/// The sandboxes that wait with one interpreter started.
final class SandboxStock {
    let language: CodeLanguage
    private var level: StockLevel
    private var waiting: [SandboxProcess] = []
    private var filling = 0
    private let ready: Gauge
    private let hits: Counter
    private let misses: Counter

    /// More at a time would only slow each other down, and those who wait.
    private static let mostFilling = 2

    init(_ language: CodeLanguage, bounds: ClosedRange<Int>, ready: Gauge, hits: Counter, misses: Counter) {
        self.language = language
        level = StockLevel(bounds)
        self.ready = ready
        self.hits = hits
        self.misses = misses
    }

    /// How many wait.
    var count: Int { waiting.count }

    /// The one that has waited longest.
    func take() -> SandboxProcess? {
        waiting.removeAll { $0.hasEnded }
        defer { ready.set(Double(waiting.count)) }
        guard !waiting.isEmpty else {
            misses.increment()
            level.ranOut()
            return nil
        }
        hits.increment()
        let sandbox = waiting.removeFirst()
        level.took(left: waiting.count)
        return sandbox
    }

    /// Whether another one is to be made now.
    func beginFilling() -> Bool {
        guard waiting.count + filling < level.target, filling < Self.mostFilling else { return false }
        filling += 1
        return true
    }

    /// Takes what was made; whether to go on.
    func endFilling(with sandbox: SandboxProcess?, isWanted: Bool) -> Bool {
        filling -= 1
        guard let sandbox else { return false }
        guard isWanted else {
            sandbox.end()
            return false
        }
        waiting.append(sandbox)
        ready.set(Double(waiting.count))
        return true
    }

    /// Adapts to what was needed lately.
    func look() {
        waiting.removeAll { $0.hasEnded }
        level.look(ready: waiting.count)
        while waiting.count > level.target { waiting.removeFirst().end() }
        ready.set(Double(waiting.count))
    }

    /// Ends those that wait.
    func end() async {
        let all = waiting
        waiting = []
        for sandbox in all { sandbox.end() }
        for sandbox in all { try? await sandbox.waitUntilEnded() }
    }
}
