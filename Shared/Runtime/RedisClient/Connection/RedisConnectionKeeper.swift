internal import EventLoop

/// Opens a connection, and another one when it is lost, less and less often while that fails.
struct RedisConnectionKeeper {
    enum Event {
        case connected(RedisLink)
        /// The connection ended; the next one is being opened.
        case lost
        /// None could be opened; it will be tried again later.
        case failed(String)
    }

    private let loop: EventLoop
    private let configuration: RedisConfiguration

    /// The longest time between two attempts.
    private static let longestDelay = Duration.seconds(3)

    init(on loop: EventLoop, _ configuration: RedisConfiguration) {
        self.loop = loop
        self.configuration = configuration
    }

    /// Runs until the calling task is cancelled.
    func run(_ report: (Event) -> Void) async throws {
        var delay = Duration.zero
        while true {
            do {
                let link = try await open()
                let opened = loop.now
                report(.connected(link))
                defer { link.close(.unavailable("closed")) }
                try await link.waitUntilClosed()
                // A server that accepts and closes at once is as good as down.
                if loop.now - opened > .seconds(1) { delay = .zero }
                report(delay == .zero ? .lost : .failed(link.failure?.description ?? "closed"))
            } catch let error as CancellationError {
                throw error
            } catch {
                report(.failed((error as? RedisError)?.description ?? String(describing: error)))
                delay = max(delay, .milliseconds(25))
            }
            if delay > .zero { try await loop.sleep(for: jittered(delay)) }
            delay = min(max(delay * 2, .milliseconds(25)), Self.longestDelay)
        }
    }

    /// Between half the delay and all of it, so that those who lost a server together do not come back together.
    private func jittered(_ delay: Duration) -> Duration {
        let half = delay.nanoseconds / 2
        return .nanoseconds(half + Int64.random(in: 0...max(half, 1), using: &loop.random))
    }

    private func open() async throws -> RedisLink {
        let addresses: [SocketAddress]
        switch configuration.address {
        case .unix(let path): addresses = [.unix(path)]
        case .tcp(let host, let port): addresses = try await loop.resolve(host, port: port)
        }
        var failure: any Error = RedisError.unavailable("no address")
        for address in addresses {
            do {
                let link = try RedisLink(to: address, configuration, on: loop)
                do {
                    try await link.waitUntilReady()
                    return link
                } catch {
                    link.close(.unavailable("closed"))
                    throw error
                }
            } catch let error as RedisError {
                failure = error
            }
        }
        throw failure
    }
}
