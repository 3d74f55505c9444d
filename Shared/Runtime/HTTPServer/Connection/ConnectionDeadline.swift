import EventLoop

/// What a connection waits for, and since when. How long it may is looked up only when the server looks after its connections.
struct ConnectionDeadline {
    enum Wait {
        case nothing
        case request
        case head
        case body
        case client
        case linger
    }

    private(set) var wait = Wait.nothing
    private(set) var since = Instant(nanoseconds: 0)

    mutating func set(_ wait: Wait, since now: Instant) {
        self.wait = wait
        since = now
    }

    mutating func clear() { wait = .nothing }

    func isOver(at now: Instant, _ limits: HTTPServerConfiguration) -> Bool {
        let limit =
            switch wait {
            case .nothing: Duration?.none
            case .request: limits.idleTimeout
            case .head: limits.headTimeout
            case .body: limits.bodyTimeout
            case .client: limits.writeTimeout
            case .linger: limits.lingerTimeout
            }
        return limit.map { since + $0 <= now } ?? false
    }
}
