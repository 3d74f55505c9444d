internal import HTTPServer
internal import WireProtocol

/// How many calls that may last somebody has open at a time: streams of events, calls that wait, those that run code. The rate of requests does not
/// bound them, for each stays open as long as it likes, with a connection to a service. Each loop counts for itself.
final class LastingCalls {
    private let limit: Int
    private var open: [RateLimit.Client: Int] = [:]

    /// - Parameter limit: 0 is none.
    init(limit: Int) { self.limit = limit }

    /// Answers a call, and counts it until the answer has been sent, or is dropped. Throws a problem 429, and asks nobody, when somebody has too many.
    func answer(_ client: RateLimit.Client, _ answer: () async throws -> HTTPServerResponse) async throws -> HTTPServerResponse {
        guard limit > 0 else { return try await answer() }
        guard open[client, default: 0] < limit else {
            throw Problem(.rateLimited, detail: "at most \(limit) streams and other calls that last may be open at a time")
        }
        let place = Place(of: client, in: self)
        var response = try await answer()
        guard case .stream(let length, let write) = response.body else { return response }
        response.body = .stream(length: length) { writer in
            defer { place.leave() }
            try await write(writer)
        }
        return response
    }

    /// Of one call. What is never sent leaves it by being dropped.
    private final class Place {
        private let client: RateLimit.Client
        private var calls: LastingCalls?

        init(of client: RateLimit.Client, in calls: LastingCalls) {
            self.client = client
            self.calls = calls
            calls.open[client, default: 0] += 1
        }

        deinit { leave() }

        func leave() {
            guard let calls else { return }
            self.calls = nil
            let left = calls.open[client, default: 0] - 1
            calls.open[client] = left > 0 ? left : nil
        }
    }
}
