import EventLoop
import HTTPFraming
import HTTPMessage

extension HTTPConnection {
    private enum Received {
        case head(HTTPRequestHead)
        case body(ArraySlice<UInt8>)
        case end
        case nothing
        case endOfStream
    }

    /// The head of the next request as far as it was received; nil when it is to be waited for, or `isEnded`. Never waits.
    func nextHeadAtHand() throws -> HTTPRequestHead? {
        hasAnswered = false
        switch try receive() {
        case .head(let head):
            deadline.clear()
            hasPartOfHead = false
            return head
        case .endOfStream:
            isEnded = true
            return nil
        case .body, .end, .nothing:
            break
        }
        if !hasPartOfHead {
            if server.isDraining { isEnded = true }
            deadline.set(.request, since: stream.loop.now)
        } else if deadline.wait != .head {
            // Counted from the first byte on: one byte at a time buys no more time.
            deadline.set(.head, since: stream.loop.now)
        }
        return nil
    }

    /// The next bytes of the body of the request with this number; nil at its end.
    func nextBodyBytes(of request: UInt64) async throws -> ArraySlice<UInt8>? {
        guard request == requestNumber else { throw HTTPServerError.requestIsOver }
        defer { deadline.clear() }
        while !isRequestComplete {
            switch try receive() {
            case .body(let bytes):
                continueIsExpected = false
                return bytes
            case .end:
                isRequestComplete = true
                return nil
            case .endOfStream:
                throw HTTPServerError.clientGone
            case .head, .nothing:
                break
            }
            if continueIsExpected {
                continueIsExpected = false
                if !hasAnswered { try await write { HTTPWriter.writeContinue(into: &$0) } }
            }
            deadline.set(.body, since: stream.loop.now)
            try await stream.waitUntilReadable()
        }
        return nil
    }

    /// Takes what is left of the request as far as it was received, and does not wait for more.
    func takeRestAtHand() {
        while !isRequestComplete {
            let bytes = input
            guard let event = try? parser.next(bytes.span, from: &position) else { return }
            if case .end = event { isRequestComplete = true }
        }
        if position == input.count { releaseInput() }
    }

    /// Lets go of what was received.
    func releaseInput() {
        if !input.isEmpty { input = [] }
        position = 0
    }

    /// What the bytes at hand give, or else those that the socket has. Never waits.
    private func receive() throws -> Received {
        if position < input.count || !isRequestComplete {
            let bytes = input
            let event = try parser.next(bytes.span, from: &position)
            if case nil = event { hasPartOfHead = isRequestComplete && !bytes.isEmpty }
            if position == bytes.count { releaseInput() }
            if let event { return take(event) { bytes[$0] } }
        }
        guard let count = try stream.readIfReady() else { return .nothing }
        if count == 0 { return .endOfStream }
        let bytes = UnsafeBufferPointer(rebasing: stream.loop.scratch.bindMemory(to: UInt8.self)[..<count])
        var taken = 0
        let event = try parser.next(bytes.span, from: &taken)
        if taken < count {
            input = Array(bytes[taken...])
            position = 0
        }
        guard let event else {
            hasPartOfHead = isRequestComplete
            return .nothing
        }
        return take(event) { Array(bytes[$0])[...] }
    }

    private func take(_ event: consuming HTTPRequestEvent, _ bytes: (Range<Int>) -> ArraySlice<UInt8>) -> Received {
        switch consume event {
        case .head(let head): .head(head)
        case .body(let place): .body(bytes(place))
        case .end: .end
        }
    }
}
