/// Where the bytes of a response come from.
package protocol HTTPResponseSource: AnyObject {
    /// The next bytes, or nil at the end. Throws once; the source is not asked again.
    func nextBytes() async throws -> ArraySlice<UInt8>?
    /// Nobody wants the rest.
    func abandon()
}

/// The body of a response. What is not asked for is not read: a slow reader slows the sender down.
package final class HTTPResponseBody {
    /// How long the body is, if the head says so.
    package let length: Int?
    private var first: ArraySlice<UInt8>?
    private var source: (any HTTPResponseSource)?

    /// `first` is what is there already; without a source it is all.
    package init(length: Int?, first: ArraySlice<UInt8>?, source: (any HTTPResponseSource)?) {
        self.length = length
        self.first = first
        self.source = source
    }

    deinit { source?.abandon() }

    /// The next bytes, never empty, or nil at the end.
    package func next() async throws -> ArraySlice<UInt8>? {
        if let bytes = first {
            first = nil
            return bytes
        }
        guard let source else { return nil }
        do {
            let bytes = try await source.nextBytes()
            if bytes == nil { self.source = nil }
            return bytes
        } catch {
            self.source = nil
            throw error
        }
    }

    /// The whole body if it came with its head, as short ones do; nil, and nothing is taken, if there may be more to wait for.
    package func takeWhole() -> [UInt8]? {
        guard source == nil else { return nil }
        defer { first = nil }
        return first.map { Array($0) } ?? []
    }

    /// Everything that is left; throws `bodyTooLarge` when it is more than `limit` bytes.
    package func collect(upTo limit: Int) async throws -> [UInt8] {
        if let length, length > limit {
            cancel()
            throw HTTPClientError.bodyTooLarge(limit: limit)
        }
        var bytes: [UInt8] = []
        while let next = try await next() {
            guard next.count <= limit - bytes.count else {
                cancel()
                throw HTTPClientError.bodyTooLarge(limit: limit)
            }
            bytes.append(contentsOf: next)
        }
        return bytes
    }

    /// Gives the rest up, and with it the connection.
    package func cancel() {
        first = nil
        let abandoned = source
        source = nil
        abandoned?.abandon()
    }
}
