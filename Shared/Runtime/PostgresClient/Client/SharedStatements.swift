internal import EventLoop

/// Single statements of many callers on one connection, each with a Sync of its own, so that none shares another's fate.
final class SharedStatements {
    private let link: PostgresLink
    private let waitingLimit: Int
    private var waiting = Queue<Batch>()
    private var waitingBytes = 0
    /// More in flight would not be faster, and what has not been sent is certain to have had no effect.
    private static let inFlightLimit = 256
    private static let waitingBytesLimit = 64 << 20

    init(_ link: PostgresLink, waitingLimit: Int) {
        self.link = link
        self.waitingLimit = waitingLimit
        link.onProgress = { [weak self] in self?.sendWaiting() }
        link.onOutage = { [weak self] in self?.fail(with: $0) }
    }

    func submit(_ batch: Batch) {
        if let outage = link.outage { return batch.finish(.failure(outage)) }
        guard waiting.count < waitingLimit, waitingBytes + batch.size <= Self.waitingBytesLimit else {
            return batch.finish(.failure(.overloaded))
        }
        waiting.append(batch)
        waitingBytes += batch.size
        sendWaiting()
    }

    private func sendWaiting() {
        guard let connection = link.connection else { return link.start() }
        while connection.isOpen, connection.pendingCount < Self.inFlightLimit, let batch = waiting.popFirst() {
            waitingBytes -= batch.size
            if !batch.isAbandoned() { connection.send(batch) }
        }
    }

    func close() {
        link.close()
        fail(with: .notSent)
    }

    private func fail(with error: PostgresError) {
        waitingBytes = 0
        for batch in waiting.takeAll() { batch.finish(.failure(error)) }
    }
}
