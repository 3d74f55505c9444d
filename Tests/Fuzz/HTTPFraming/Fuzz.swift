import HTTPFraming
import HTTPMessage

// What must hold whatever comes in: nothing traps, a message in two pieces gives the same events as in one, places lie
// within the input, a request that was accepted is read back the same after it was written.

/// The first byte says where to cut, the second what to read, the rest is the input.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard bytes.count >= 2 else { return 0 }
    let input = Array(bytes[2...])
    let cut = Int(bytes[0]) * (input.count + 1) / 256
    let pieces = [Array(input[..<cut]), Array(input[cut...])]
    switch bytes[1] % 3 {
    case 0:
        let whole = readRequests([input])
        precondition(whole == readRequests(pieces), "requests depend on the split")
        precondition(whole == readRequests(input.map { [$0] }), "requests depend on the split into bytes")
    case 1:
        let method: HTTPMethod = bytes[1] & 0x80 == 0 ? .get : .head
        precondition(readResponses([input], method) == readResponses(pieces, method), "responses depend on the split")
    default:
        precondition(readEvents([input]) == readEvents(pieces), "server-sent events depend on the split")
    }
    return 0
}

/// What was read; body pieces are joined, since a split may divide them.
struct Reading: Equatable {
    var heads: [HTTPRequest] = []
    var responses: [HTTPResponse] = []
    var framings: [HTTPBodyFraming] = []
    var trailers: [HTTPFields] = []
    var body: [UInt8] = []
    var error: HTTPFramingError?
}

/// Small limits, so that short inputs reach them.
let limits: HTTPFramingLimits = {
    var limits = HTTPFramingLimits()
    limits.startLineBytes = 256
    limits.headBytes = 1024
    limits.fieldCount = 12
    limits.bodyBytes = 4096
    limits.chunkExtensionBytes = 32
    limits.trailerBytes = 128
    limits.trailerCount = 4
    return limits
}()

func readRequests(_ pieces: [[UInt8]]) -> Reading {
    var parser = HTTPRequestParser(limits: limits)
    var reading = Reading()
    do {
        for piece in pieces {
            var position = 0
            while let event = try parser.next(piece.span, from: &position) {
                switch event {
                case .head(let head):
                    reading.heads.append(head.request)
                    reading.framings.append(head.body)
                    check(head)
                case .body(let place): reading.body += piece[place]
                case .end(let trailers): reading.trailers.append(trailers)
                }
            }
        }
    } catch let error as HTTPFramingError {
        reading.error = error
    } catch {
        preconditionFailure("an error of another kind: \(error)")
    }
    return reading
}

/// Writes a request that was accepted, reads it back, and decodes its target.
func check(_ head: HTTPRequestHead) {
    _ = try? head.request.queryItems()
    var request = head.request
    request.fields.removeAll(.expect)
    var written: [UInt8] = []
    HTTPWriter.write(request, body: head.body, into: &written)
    var parser = HTTPRequestParser()
    var position = 0
    guard let event = try? parser.next(written.span, from: &position), case .head(let again) = event else {
        preconditionFailure("what was accepted is refused once written")
    }
    precondition(again.request.method == request.method && again.request.target == request.target)
    precondition(again.body == head.body)
    precondition(again.request.fields[.host] == request.fields[.host])
}

func readResponses(_ pieces: [[UInt8]], _ method: HTTPMethod) -> Reading {
    var parser = HTTPResponseParser(limits: limits)
    var reading = Reading()
    parser.expectResponse(to: method)
    do {
        for piece in pieces {
            var position = 0
            while let event = try parser.next(piece.span, from: &position) {
                switch event {
                case .informational(let response): reading.responses.append(response)
                case .head(let head):
                    reading.responses.append(head.response)
                    reading.framings.append(head.body)
                case .body(let place): reading.body += piece[place]
                case .end(let trailers):
                    reading.trailers.append(trailers)
                    parser.expectResponse(to: method)
                }
            }
        }
        if try parser.finish() { reading.trailers.append([:]) }
    } catch let error as HTTPFramingError {
        reading.error = error
    } catch {
        preconditionFailure("an error of another kind: \(error)")
    }
    return reading
}

func readEvents(_ pieces: [[UInt8]]) -> [ServerSentEvent]? {
    var parser = ServerSentEventParser(maximumEventBytes: 512)
    var events: [ServerSentEvent] = []
    do {
        for piece in pieces { events += try parser.consume(piece) }
    } catch {
        return nil
    }
    return events
}
