import HTTPFraming
import HTTPMessage

/// What a parser made of some bytes, in a form that can be compared: body pieces are joined.
struct Recording: Equatable, CustomStringConvertible {
    var events: [String] = []
    var error: HTTPFramingError?
    private var body: [UInt8] = []

    /// The requests that were read to their end.
    var completeRequests: Int { events.count { $0.hasPrefix("end") } }

    var description: String { (events + [error.map { "refused: \($0)" } ?? ""]).joined(separator: "\n") }

    mutating func finishBody() {
        if !body.isEmpty { events.append("body \(String(decoding: body, as: UTF8.self))") }
        body = []
    }

    mutating func append(_ bytes: ArraySlice<UInt8>) {
        body.append(contentsOf: bytes)
    }

    mutating func append(_ event: String) {
        finishBody()
        events.append(event)
    }
}

/// Feeds request bytes in pieces and records what comes out.
func recordRequests(_ pieces: [[UInt8]], limits: HTTPFramingLimits = HTTPFramingLimits()) -> Recording {
    var parser = HTTPRequestParser(limits: limits)
    var recording = Recording()
    for piece in pieces {
        var position = 0
        do {
            while let event = try parser.next(piece.span, from: &position) {
                switch event {
                case .head(let head):
                    let request = head.request
                    recording.append(
                        "\(request.method) \(request.target) \(request.version) \(head.body) alive:\(head.keepsAlive) "
                            + "continue:\(head.expectsContinue) [\(request.fields)]")
                case .body(let place):
                    recording.append(piece[place])
                case .end(let trailers):
                    recording.append("end [\(trailers)]")
                }
            }
        } catch {
            recording.finishBody()
            recording.error = error
            return recording
        }
    }
    recording.finishBody()
    return recording
}

/// Feeds response bytes in pieces, for requests of these methods in turn, and records what comes out.
func recordResponses(_ pieces: [[UInt8]], to methods: [HTTPMethod], thenEnds: Bool = false) -> Recording {
    var parser = HTTPResponseParser()
    var methods = methods[...]
    var recording = Recording()
    parser.expectResponse(to: methods.popFirst() ?? .get)
    do {
        for piece in pieces {
            var position = 0
            while let event = try parser.next(piece.span, from: &position) {
                switch event {
                case .informational(let response):
                    recording.append("informational \(response.status)")
                case .head(let head):
                    recording.append("\(head.response.status) \(head.body) alive:\(head.keepsAlive) [\(head.response.fields)]")
                case .body(let place):
                    recording.append(piece[place])
                case .end(let trailers):
                    recording.append("end [\(trailers)]")
                    if let method = methods.popFirst() { parser.expectResponse(to: method) }
                }
            }
        }
        recording.finishBody()
        if thenEnds, try parser.finish() { recording.append("end of connection") }
    } catch {
        recording.finishBody()
        recording.error = error
    }
    return recording
}

/// The bytes cut in two at every place, and cut into single bytes.
func allSplits(_ bytes: [UInt8]) -> [[[UInt8]]] {
    (0...bytes.count).map { [Array(bytes[..<$0]), Array(bytes[$0...])] } + [bytes.map { [$0] }]
}
