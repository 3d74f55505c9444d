internal import EventLoop
internal import HTTPMessage
internal import HTTPServer
internal import JSON
internal import ServiceKit
internal import WireProtocol

/// Files of sandboxes over HTTP.
struct SandboxFileHandlers {
    let sandboxes: SandboxService
    let effects: EffectRunner
    let peers: PeerForwarder

    func list(_ query: SandboxListQuery, _ context: RequestContext) async throws -> Reply<SandboxEntries> {
        try await answer(context) { files in
            .json(SandboxEntries(data: try await files.list(query.path ?? "/home/user", depth: query.depth ?? 1)))
        }
    }

    func get(_ query: SandboxPathQuery, _ context: RequestContext) async throws -> Reply<SandboxEntry> {
        try await answer(context) { .json(try await $0.entry(query.path)) }
    }

    func remove(_ query: SandboxRemovalQuery, _ context: RequestContext) async throws -> Reply<NoContent> {
        try await answer(context) { files in
            try await files.remove(query.path, recursively: query.recursive ?? false)
            return .empty
        }
    }

    func makeFolder(_ request: MakeSandboxFolder, _ context: RequestContext) async throws -> Reply<SandboxEntry> {
        try await answerOnce(context) { .json(try await $0.makeFolder(request.path)) }
    }

    func move(_ request: MoveSandboxEntry, _ context: RequestContext) async throws -> Reply<SandboxEntry> {
        try await answerOnce(context) { .json(try await $0.move(request.source, to: request.destination)) }
    }

    func read(_ query: SandboxPathQuery, _ context: RequestContext) async throws -> Reply<NoContent> {
        try await answer(context) { files in .file(try await files.open(query.path), named: query.path, of: files.sandbox) }
    }

    func write(_ query: SandboxPathQuery, _ context: RequestContext) async throws -> Reply<SandboxEntry> {
        let body = context.request.body
        return try await answer(context) { .json(try await $0.write(query.path, body.next)) }
    }

    func download(_ query: SandboxPathQuery, _ context: RequestContext) async throws -> Reply<NoContent> {
        try await answer(context) { files in
            let (pipe, sandbox) = (try await files.archive(query.path), files.sandbox)
            return Reply(
                .stream(mediaType: "application/x-tar", length: nil) { writer in
                    try await sandbox.using {
                        while let piece = try await pipe.next() { try await writer.write(piece) }
                    }
                })
        }
    }

    func upload(_ query: SandboxPathQuery, _ context: RequestContext) async throws -> Reply<NoContent> {
        let body = context.request.body
        return try await answer(context) { files in
            try await files.unpack(into: query.path, body.next)
            return .empty
        }
    }

    func watch(_ query: SandboxWatchQuery, _ context: RequestContext) async throws -> Reply<NoContent> {
        let loop = context.loop
        return try await answer(context) { files in
            let sandbox = files.sandbox
            let watch = try await SandboxWatch(query.path, recursive: query.recursive ?? false, in: sandbox.process)
            return Reply(
                .stream(mediaType: "text/event-stream", length: nil) { writer in
                    try await sandbox.using { try await Self.follow(watch, writer, on: loop) }
                })
        }
    }

    private static func follow(_ watch: SandboxWatch, _ writer: HTTPBodyWriter, on loop: EventLoop) async throws {
        var number = 0
        // At once: whoever waits for the first event knows then that the watch stands.
        var bytes: [UInt8] = []
        ServerSentEvent.writeComment("", into: &bytes)
        try await writer.write(bytes)
        while true {
            bytes = []
            do {
                guard let change = try await loop.withTimeout(.seconds(15), watch.next) else { return }
                number += 1
                let data = String(decoding: try JSONCodec.encode(change), as: UTF8.self)
                ServerSentEvent(id: String(number), event: "file.changed", data: data).write(into: &bytes)
            } catch is TimedOut {
                ServerSentEvent.writeComment("", into: &bytes)
            }
            try await writer.write(bytes)
        }
    }

    /// The answer of the process that has the sandbox.
    private func answer<Response>(
        _ context: RequestContext, _ body: (SandboxFileService) async throws -> Reply<Response>
    ) async throws -> Reply<Response> {
        let node = try await sandboxes.node(of: context.id(as: SandboxID.self), context.person())
        if let answer: Reply<Response> = try await peers.forward(context, to: node) { return answer }
        return try await body(SandboxFileService(sandbox: sandboxes.running(context.id(), of: context.person())))
    }

    /// The same for a change, once for an idempotency key.
    private func answerOnce<Response: Codable>(
        _ context: RequestContext, _ body: @escaping (SandboxFileService) async throws -> Reply<Response>
    ) async throws -> Reply<Response> {
        let node = try await sandboxes.node(of: context.id(as: SandboxID.self), context.person())
        if let answer: Reply<Response> = try await peers.forward(context, to: node) { return answer }
        return try await effects.answer(context) {
            try await body(SandboxFileService(sandbox: sandboxes.running(context.id(), of: context.person())))
        }
    }
}

extension Reply {
    /// An open file of a sandbox as it is read.
    static func file(_ transfer: SandboxTransfer, named path: String, of sandbox: LiveSandbox) -> Reply {
        let size = transfer.entry.size
        return Reply(
            .stream(mediaType: MediaTypeByName.of(path), length: size) { writer in
                try await sandbox.using {
                    var left = size
                    while left > 0, let piece = try await transfer.next() {
                        try await writer.write(piece.prefix(left))
                        left -= min(left, piece.count)
                    }
                    // The length has been told: a file that has shrunk meanwhile cannot be sent any more.
                    if left > 0 { throw SandboxGone() }
                }
            })
    }
}
