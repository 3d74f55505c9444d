internal import EventLoop
internal import Glibc
internal import HTTPMessage
internal import HTTPServer
internal import JSON
internal import ServiceKit
internal import WireProtocol

/// envd's file system: what lies in a sandbox's folders, over Connect RPC.
struct EnvdFilesystemHandlers {
    let access: SandboxAccess

    func answer(_ context: RequestContext) async throws -> HTTPServerResponse {
        let request = context.request
        return try await access.reach(request, context) { sandbox in
            let message = try await ConnectFrames.message(request)
            let files = SandboxFileService(sandbox: sandbox)
            let path = message["path"]?.string ?? ""
            switch request.parameters["method"] {
            case "Stat": return try .json(["entry": Self.entry(try await files.entry(path), at: path)])
            case "MakeDir": return try .json(["entry": Self.entry(try await files.makeFolder(path), at: path)])
            case "Move":
                let destination = message["destination"]?.string ?? ""
                let folder = destination.lastIndex(of: "/").map { String(destination[..<$0]) } ?? ""
                if !folder.isEmpty {
                    do { _ = try await files.makeFolder(folder) } catch let fault as SandboxFault where fault.code == EEXIST {}
                }
                let moved = try await files.move(message["source"]?.string ?? "", to: destination)
                return try .json(["entry": Self.entry(moved, at: destination)])
            case "ListDir":
                let entries = try await files.list(path, depth: max(1, message["depth"]?.int ?? 1))
                return try .json(["entries": .array(entries.map { Self.entry($0, at: Self.absolute(path) + "/" + $0.path) })])
            case "Remove":
                do { try await files.remove(path, recursively: true) } catch let fault as SandboxFault where fault.code == ENOENT {}
                return try .json([:])
            case "WatchDir": return try await watch(path, message, in: sandbox, context.loop)
            case "CreateWatcher": return try await createWatcher(path, message, in: sandbox)
            case "GetWatcherEvents": return try events(message, in: sandbox)
            case "RemoveWatcher": return try removeWatcher(message, in: sandbox)
            default: throw Problem(.notFound, detail: "no such method")
            }
        }
    }

    /// As envd shows paths.
    static func absolute(_ path: String) -> String {
        let whole = path.hasPrefix("/") ? path : "/home/user/" + path
        return "/" + whole.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    }

    private static func entry(_ entry: SandboxEntry, at path: String) -> JSONValue {
        let path = absolute(path)
        let type =
            switch entry.type {
            case .folder: "FILE_TYPE_DIRECTORY"
            case .link: "FILE_TYPE_SYMLINK"
            default: "FILE_TYPE_FILE"
            }
        var value: [JSONValue.Member] = [
            JSONValue.Member(key: "name", value: .string(path.split(separator: "/").last.map(String.init) ?? "")),
            JSONValue.Member(key: "type", value: .string(type)), JSONValue.Member(key: "path", value: .string(path)),
            JSONValue.Member(key: "size", value: .string(String(entry.size))), JSONValue.Member(key: "mode", value: .int(entry.mode)),
            JSONValue.Member(key: "permissions", value: .string(permissions(entry))), JSONValue.Member(key: "owner", value: "user"),
            JSONValue.Member(key: "group", value: "user"),
            JSONValue.Member(key: "modifiedTime", value: .string(entry.modifiedAt.description)),
        ]
        if let target = entry.target { value.append(JSONValue.Member(key: "symlinkTarget", value: .string(target))) }
        return .object(value)
    }

    private static func permissions(_ entry: SandboxEntry) -> String {
        let letters = Array("rwxrwxrwx")
        let bits = (0..<9).map { entry.mode >> (8 - $0) & 1 == 1 ? letters[$0] : "-" }
        return (entry.type == .folder ? "d" : entry.type == .link ? "L" : "-") + String(bits)
    }

    // MARK: Watches

    private static let mostWatchers = 8

    /// Throws what their watches end with when changes were lost.
    private static func event(_ change: SandboxChange) throws -> JSONValue? {
        let type: String? =
            switch change.kind {
            case .created: "EVENT_TYPE_CREATE"
            case .written: "EVENT_TYPE_WRITE"
            case .removed: "EVENT_TYPE_REMOVE"
            case .renamed: "EVENT_TYPE_RENAME"
            case .attributesChanged: "EVENT_TYPE_CHMOD"
            case .lost: throw Problem(.outcomeUnknown, detail: "changes were lost: there were too many")
            case .unknown: nil
            }
        return type.map { ["name": .string(change.path), "type": .string($0)] }
    }

    private func watch(_ path: String, _ message: JSONValue, in sandbox: LiveSandbox, _ loop: EventLoop) async throws -> HTTPServerResponse
    {
        let watch = try await SandboxWatch(path, recursive: message["recursive"] == .bool(true), in: sandbox.process)
        return ConnectFrames.stream { send in
            try await sandbox.using {
                try await send(["start": [:]])
                while true {
                    do {
                        guard let change = try await loop.withTimeout(.seconds(15), watch.next) else { return }
                        if let event = try Self.event(change) { try await send(["filesystem": event]) }
                    } catch is TimedOut {
                        try await send(["keepalive": [:]])
                    }
                }
            }
        }
    }

    private func createWatcher(_ path: String, _ message: JSONValue, in sandbox: LiveSandbox) async throws -> HTTPServerResponse {
        guard sandbox.watchers.count < Self.mostWatchers else { throw Problem(.quotaExceeded, detail: "too many watchers") }
        let watch = try await SandboxWatch(path, recursive: message["recursive"] == .bool(true), in: sandbox.process)
        let id = "w" + CommandID(sandbox.loop.makeID()).description
        sandbox.watchers[id] = watch
        return try .json(["watcherId": .string(id)])
    }

    private func events(_ message: JSONValue, in sandbox: LiveSandbox) throws -> HTTPServerResponse {
        guard let watch = sandbox.watchers[message["watcherId"]?.string ?? ""] else { throw Problem(.notFound, detail: "no such watcher") }
        return try .json(["events": .array(try watch.available().compactMap(Self.event))])
    }

    private func removeWatcher(_ message: JSONValue, in sandbox: LiveSandbox) throws -> HTTPServerResponse {
        guard sandbox.watchers.removeValue(forKey: message["watcherId"]?.string ?? "") != nil else {
            throw Problem(.notFound, detail: "no such watcher")
        }
        return try .json([:])
    }
}
