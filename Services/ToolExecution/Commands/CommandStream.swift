internal import HTTPMessage
internal import HTTPServer
internal import JSON
internal import ServiceKit
internal import WireProtocol

extension Reply {
    /// The events of a command as a `text/event-stream`, from the one after `number`; a comment keeps a silent stream alive.
    /// The sandbox is in use as long as somebody follows.
    static func events(of log: CommandLog, after number: Int, in sandbox: LiveSandbox) -> Reply {
        Reply(
            .stream(mediaType: "text/event-stream", length: nil) { writer in
                try await sandbox.using { try await write(log, after: number, to: writer) }
            })
    }

    private static func write(_ log: CommandLog, after number: Int, to writer: HTTPBodyWriter) async throws {
        var number = number
        while true {
            var bytes: [UInt8] = []
            while bytes.count < 32 * 1024, let (next, entry) = log.entry(after: number) {
                number = next
                let event = entry.event
                let data = String(decoding: try JSONCodec.encode(event), as: UTF8.self)
                ServerSentEvent(id: String(number), event: event.tag.rawValue, data: data).write(into: &bytes)
            }
            if !bytes.isEmpty {
                try await writer.write(bytes)
                continue
            }
            if log.isComplete { return }
            if try await !log.hasEntry(after: number, atMost: .seconds(15)) {
                ServerSentEvent.writeComment("", into: &bytes)
                try await writer.write(bytes)
            }
        }
    }
}

extension CommandLog.Entry {
    /// As the API shows it.
    var event: CommandEvent {
        switch self {
        case .started(let pid): .started(CommandStarted(pid: pid))
        case .output(let stream, let bytes): .output(CodeOutput(stream: stream, text: String(decoding: bytes, as: UTF8.self)))
        case .dropped(let events): .outputDropped(CommandOutputDropped(events: events))
        case .exited(let code, let outcome): .exited(CommandExited(exitCode: code, outcome: outcome))
        }
    }
}
